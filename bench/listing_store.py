#!/usr/bin/env python3
"""listing_store.py: a bucket `klay` of gs:// with hundreds of thousands of objects that can be listed, and nothing else
(JSON API, objects.list). fake-gcs-server goes through all of them for each page, so that a listing is its own time alone.
Prints its HOST:PORT and ends with its standard input.

  finished/source/000/000.mp3 ... finished/target/099/999.wav   a hundred thousand sources, and their results
"""
import bisect
import http.server
import json
import sys
import threading
import urllib.parse

FOLDERS = 100
NAMES = sorted(f"finished/{kind}/{folder:03}/{i:03}.{suffix}" for kind, suffix in (("source", "mp3"), ("target", "wav"))
               for folder in range(FOLDERS) for i in range(1000))
SHORT = {"size": "10", "updated": "2026-01-01T00:00:00.000Z"}
# What the service says of an object when it is asked for all.
LONG = SHORT | {
    "kind": "storage#object", "id": "klay/object/1767225600000000", "selfLink": "https://www.googleapis.com/storage/v1/b/klay/o",
    "mediaLink": "https://storage.googleapis.com/download/storage/v1/b/klay/o", "bucket": "klay", "generation": "1767225600000000",
    "metageneration": "1", "contentType": "application/octet-stream", "storageClass": "STANDARD", "md5Hash": "eB5eJF1ptWaXm4bijSPyxw==",
    "crc32c": "AAAAAA==", "etag": "CICAgICAgIADEAE=", "timeCreated": SHORT["updated"], "timeStorageClassUpdated": SHORT["updated"],
}


def page(query):
    """The answer to a listing: names from one on, up to another, with what is behind a delimiter as one."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    end, most = query.get("endOffset", ""), min(int(query.get("maxResults", 1000)), 1000)
    at = bisect.bisect_left(NAMES, query.get("pageToken") or max(prefix, query.get("startOffset", "")))
    form = SHORT if "items(" in query.get("fields", "") else LONG
    items, prefixes = [], []
    while at < len(NAMES) and NAMES[at].startswith(prefix) and not (end and NAMES[at] >= end):
        name = NAMES[at]
        if len(items) + len(prefixes) == most:
            break
        cut = name.find(delimiter, len(prefix)) if delimiter else -1
        if cut < 0:
            items.append(form | {"name": name})
            at += 1
        else:
            prefixes.append(name[:cut + 1])
            at = bisect.bisect_left(NAMES, name[:cut] + chr(ord(delimiter) + 1))
    else:
        return {"kind": "storage#objects", "items": items, "prefixes": prefixes}
    return {"kind": "storage#objects", "items": items, "prefixes": prefixes, "nextPageToken": NAMES[at]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answers = {}  # each page is made once, so that clients do not wait for this program

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path != "/storage/v1/b/klay/o":
            status, body = 404, b'{"error": {"code": 404, "message": "Not Found"}}'
        else:
            status = 200
            if query not in self.answers:
                self.answers[query] = json.dumps(page(dict(urllib.parse.parse_qsl(query)))).encode()
            body = self.answers[query]
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # who finds no place in it comes back after a second


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("127.0.0.1:%d" % server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
