"""torchaudio's resampler with a cached kernel, one thread: million input samples a second of CPU time.

Prints "torchaudio SOURCE->TARGET MSAMPLES" for each rate pair, the best of several runs over SECONDS of mono noise.
"""
import sys
import time

import torch
import torchaudio

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
RUNS = 7

torch.set_num_threads(1)
torch.manual_seed(1)
with torch.inference_mode():
    for source, target in ((44100, 16000), (44100, 48000)):
        resample = torchaudio.transforms.Resample(source, target)
        audio = torch.rand(1, SECONDS * source) - 0.5
        resample(audio)
        seconds = []
        for _ in range(RUNS):
            start = time.process_time()
            resample(audio)
            seconds.append(time.process_time() - start)
        print(f"torchaudio {source}->{target} {audio.numel() / min(seconds) / 1e6:.1f}")
