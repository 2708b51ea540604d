"""What the figures were measured on, for the JSON and the line above the table."""
import os
import platform
import subprocess


def first_line(command):
    try:
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return printed.strip().split("\n")[0]


def field(path, key):
    with open(path) as f:
        return next((line.split(":", 1)[1].strip() for line in f if line.startswith(key)), "")


def describe():
    return {
        "cpu": field("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(field("/proc/meminfo", "MemTotal").split()[0]) / 1e6, 1),
        "kernel": platform.release(),
        "system": field_of_os_release("PRETTY_NAME"),
        "compiler": first_line(["g++", "--version"]),
        "ffmpeg": first_line(["ffmpeg", "-version"]).split(" Copyright")[0],
        "commit": first_line(["git", "rev-parse", "--short", "HEAD"]),
        "uncommitted_changes": bool(first_line(["git", "status", "--porcelain", "--untracked-files=no"])),
        "load_at_start": os.getloadavg()[0],
    }


def field_of_os_release(key):
    with open("/etc/os-release") as f:
        return next((line.split("=", 1)[1].strip().strip('"') for line in f if line.startswith(key + "=")), "")
