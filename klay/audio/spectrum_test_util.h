// How far two signals differ for the ear, roughly: the measure by which klay_beam's own tests compare music.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace klay {

// Magnitudes of the short-time Fourier transform of at least 256 samples, as scipy.signal.stft makes them by default:
// periodic Hann window of 256, hop 128, half a window of zeros before and behind, and more to fill the last window. Not
// to its scale, and the bins of a window in an order of their own.
inline std::vector<double> Spectrum(std::span<const float> samples) {
  constexpr int kWindow = 256;
  constexpr int kHop = kWindow / 2;
  double cosine[kWindow];
  double sine[kWindow];
  for (int i = 0; i < kWindow; ++i) {
    cosine[i] = std::cos(std::numbers::pi / kHop * i);
    sine[i] = -std::sin(std::numbers::pi / kHop * i);
  }
  const auto size = static_cast<int>(samples.size());
  std::vector<double> magnitudes;
  for (int begin = -kHop; begin < size; begin += kHop) {
    double real[kWindow];
    double imaginary[kWindow] = {};
    for (int i = 0; i < kWindow; ++i) {
      const int at = begin + i;
      real[i] = at >= 0 && at < size ? (0.5 - 0.5 * cosine[i]) * static_cast<double>(samples.data()[at]) : 0;
    }
    // Radix 2, decimation in frequency: bin k comes out where the bits of k read backwards.
    for (int half = kWindow / 2; half > 0; half /= 2) {
      for (int first = 0; first < kWindow; first += 2 * half) {
        for (int i = first, turn = 0; i < first + half; ++i, turn += kWindow / 2 / half) {
          const double x = real[i] - real[i + half];
          const double y = imaginary[i] - imaginary[i + half];
          real[i] += real[i + half];
          imaginary[i] += imaginary[i + half];
          real[i + half] = x * cosine[turn] - y * sine[turn];
          imaginary[i + half] = x * sine[turn] + y * cosine[turn];
        }
      }
    }
    // The even places are the bins below the middle, 1 is the middle itself; the others mirror those of a real signal.
    for (int i = 0; i < kWindow; i += 2) magnitudes.push_back(std::hypot(real[i], imaginary[i]));
    magnitudes.push_back(std::abs(real[1]));
  }
  return magnitudes;
}

// The norm of the difference of two spectra over that of the first: 0 for equal signals, 1 against silence.
inline double Divergence(std::span<const float> reference, std::span<const float> signal) {
  const std::vector<double> a = Spectrum(reference);
  const std::vector<double> b = Spectrum(signal);
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += a[i] * a[i];
  }
  return std::sqrt(difference / norm);
}

}  // namespace klay
