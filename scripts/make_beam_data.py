"""make_beam_data.py WHEEL DIR: takes DIR/protos.binpb and DIR/standard_coders.yaml out of Beam's Python wheel.

The wheel holds no .proto files, but each module that protoc made of one carries the file's descriptor as a literal.
"""
import ast
import re
import sys
import zipfile
from pathlib import Path

from google.protobuf import any_pb2, descriptor_pb2, duration_pb2, struct_pb2, timestamp_pb2

API = "apache_beam/portability/api/"
MODULE = re.compile(API + r".*_pb2\.py")
GOOGLE = (descriptor_pb2, any_pb2, duration_pb2, struct_pb2, timestamp_pb2)


def descriptor_in(source):
    """The FileDescriptorProto in the text of a generated module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "AddSerializedFile":
            return descriptor_pb2.FileDescriptorProto.FromString(ast.literal_eval(node.args[0]))
    raise ValueError("no descriptor in a module named *_pb2.py")


def clear_ctype(messages):
    """protoc 3.21 makes the accessors of a field with `ctype = CORD` private. The option says nothing about the wire."""
    for message in messages:
        for field in message.field:
            field.options.ClearField("ctype")
        clear_ctype(message.nested_type)


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as files:
        modules = sorted(filter(MODULE.fullmatch, files.namelist()))
        protos = [descriptor_in(files.read(module)) for module in modules]
        (folder / "standard_coders.yaml").write_bytes(files.read(API + "standard_coders.yaml"))
    for proto in protos:
        clear_ctype(proto.message_type)
    protos += [descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb) for module in GOOGLE]
    (folder / "protos.binpb").write_bytes(descriptor_pb2.FileDescriptorSet(file=protos).SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
