#!/usr/bin/env python3
"""gcs.py list BUCKET/PREFIX | match BUCKET/PREFIX | read BUCKET/KEY: lists with gcsfs, or as Beam's SDK does, and prints how
many objects there are; reads an object as one stream with Google's client and prints its size. The store is at
$STORAGE_EMULATOR_HOST."""
import os
import sys


def list_objects(path):
    os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"  # it would ask a service that no emulator has, for a minute
    import gcsfs
    files = gcsfs.GCSFileSystem(token="anon", endpoint_url=os.environ["STORAGE_EMULATOR_HOST"], project="klay")
    return len(files.find(path))


def match_objects(path):
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions
    FileSystems.set_options(PipelineOptions(["--no_auth", "--project=klay"]))
    return len(FileSystems.match([f"gs://{path}/**"])[0].metadata_list)


class Counter:
    """A file that keeps nothing."""

    size = 0

    def write(self, part):
        self.size += len(part)
        return len(part)


def read_object(path):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage
    bucket, key = path.split("/", 1)
    client = storage.Client(project="klay", credentials=AnonymousCredentials())
    out = Counter()
    client.bucket(bucket).blob(key).download_to_file(out)
    return out.size


if __name__ == "__main__":
    verb, path = sys.argv[1:]
    print({"list": list_objects, "match": match_objects, "read": read_object}[verb](path))
