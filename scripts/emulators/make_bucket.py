#!/usr/bin/env python3
"""make_bucket.py EMULATOR HOST:PORT: makes the bucket (the container) `klay` in one that has just started: gcs, gcs_files,
s3, gofakes3 or azure."""
import base64
import email.utils
import hashlib
import hmac
import sys
import urllib.request

emulator, address = sys.argv[1:]
if emulator in ("gcs", "gcs_files"):
    def bucket(name):
        return urllib.request.Request(f"http://{address}/storage/v1/b?project=klay", data=b'{"name": "%s"}' % name,
                                      headers={"Content-Type": "application/json"})
    request = bucket(b"klay")
    if emulator == "gcs_files":  # for results, as what else is in its bucket makes a listing slow
        urllib.request.urlopen(bucket(b"klay-out"), timeout=30).read()
elif emulator in ("s3", "gofakes3"):
    request = urllib.request.Request(f"http://{address}/klay", method="PUT")
else:
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
    # The form that is signed: method, eleven empty standard headers (Content-Length is one), ours, then what is asked for.
    signed = ("PUT" + "\n" * 12 + "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
              + "/klay/klay/klay\nrestype:container")
    signature = base64.b64encode(hmac.digest(base64.b64decode("a2xheQ=="), signed.encode(), hashlib.sha256)).decode()
    request = urllib.request.Request(f"http://{address}/klay/klay?restype=container", method="PUT",
                                     headers={**headers, "Authorization": f"SharedKey klay:{signature}"})
urllib.request.urlopen(request, timeout=30).read()
