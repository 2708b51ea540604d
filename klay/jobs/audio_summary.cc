#include "klay/jobs/audio_summary.h"

#include <algorithm>
#include <cmath>

namespace klay {
namespace {

constexpr double kSilenceDbfs = -60;

double Decibels(double level) { return 20 * std::log10(level); }

void AddFinite(Distribution<DecibelScale>& distribution, double value) {
  if (std::isfinite(value)) distribution.Add(value);
}

void AddLoudness(LevelSummary& levels, const Loudness& loudness) {
  AddFinite(levels.true_peak_dbtp, loudness.true_peak_dbtp);
  if (!std::isfinite(loudness.integrated_lufs)) return;
  levels.integrated_lufs.Add(loudness.integrated_lufs);
  levels.range_lu.Add(loudness.range_lu);
}

void AddLevels(LevelSummary& levels, const AudioStats& stats) {
  ++levels.files;
  AddFinite(levels.peak_dbfs, PeakDbfs(stats));
  AddFinite(levels.rms_dbfs, RmsDbfs(stats));
  AddFinite(levels.dc_dbfs, DcDbfs(stats));
  const auto any = [&](const auto& is) { return std::ranges::any_of(stats.channels, is) ? 1 : 0; };
  levels.clipped_files += any([](const ChannelStats& channel) { return channel.clipped > 0; });
  levels.not_finite_files += any([](const ChannelStats& channel) { return channel.not_finite > 0; });
  levels.silent_files += stats.frames > 0 && PeakDbfs(stats) < kSilenceDbfs ? 1 : 0;
}

void Merge(LevelSummary& into, const LevelSummary& other) {
  into.files += other.files;
  into.integrated_lufs.Merge(other.integrated_lufs);
  into.range_lu.Merge(other.range_lu);
  into.true_peak_dbtp.Merge(other.true_peak_dbtp);
  into.peak_dbfs.Merge(other.peak_dbfs);
  into.rms_dbfs.Merge(other.rms_dbfs);
  into.dc_dbfs.Merge(other.dc_dbfs);
  into.clipped_files += other.clipped_files;
  into.silent_files += other.silent_files;
  into.not_finite_files += other.not_finite_files;
}

}  // namespace

double PeakDbfs(const AudioStats& levels) {
  double peak = 0;
  for (const ChannelStats& channel : levels.channels) peak = std::max(peak, channel.peak);
  return Decibels(peak);
}

double RmsDbfs(const AudioStats& levels) {
  double power = 0;
  for (const ChannelStats& channel : levels.channels) power += channel.rms * channel.rms;
  return Decibels(std::sqrt(power / static_cast<double>(levels.channels.size())));
}

double DcDbfs(const AudioStats& levels) {
  double offset = 0;
  for (const ChannelStats& channel : levels.channels) offset = std::max(offset, std::abs(channel.dc));
  return Decibels(offset);
}

void AudioSummary::Add(const MeasuredFile& file) {
  const AudioInfo& info = file.report.info;
  FormatTotal& format = formats[{info.container, info.codec, info.sample_rate, info.channels, info.bit_depth}];
  ++format.files;
  format.frames += file.report.frames;
  seconds.Add(file.report.seconds());
  damaged_files += file.report.damaged() ? 1 : 0;
  empty_files += file.report.frames == 0 ? 1 : 0;
  if (file.loudness) AddLoudness(levels, *file.loudness);
  if (file.levels) AddLevels(levels, *file.levels);
}

void AudioSummary::Merge(const AudioSummary& other) {
  for (const auto& [format, total] : other.formats) {
    formats[format].files += total.files;
    formats[format].frames += total.frames;
  }
  seconds.Merge(other.seconds);
  damaged_files += other.damaged_files;
  empty_files += other.empty_files;
  klay::Merge(levels, other.levels);
}

}  // namespace klay
