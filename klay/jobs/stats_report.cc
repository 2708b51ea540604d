#include "klay/jobs/stats_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "klay/jobs/printable.h"

namespace klay {
namespace {

using Json = nlohmann::ordered_json;

// Files that have one property in common.
struct Share {
  std::int64_t files = 0;
  double seconds = 0;
};

// By a property of their formats; most seconds first, then the smaller value.
template <class Property>
auto SharesBy(const AudioSummary& summary, const Property& property) {
  using Value = decltype(property(std::declval<const StoredFormat&>()));
  std::map<Value, Share> by_value;
  for (const auto& [format, total] : summary.formats) {
    Share& share = by_value[property(format)];
    share.files += total.files;
    if (format.sample_rate > 0) share.seconds += static_cast<double>(total.frames) / format.sample_rate;
  }
  std::vector<std::pair<Value, Share>> shares(by_value.begin(), by_value.end());
  std::ranges::stable_sort(shares, [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
  return shares;
}

// Empty where a format has none.
std::string DepthName(const StoredFormat& format) {
  if (format.bit_depth == 0) return {};
  return std::to_string(format.bit_depth) + (format.codec.starts_with("pcm_f") ? "f" : "");
}

std::string ChannelsName(int channels) {
  if (channels == 1) return "mono";
  if (channels == 2) return "stereo";
  return std::to_string(channels) + " channels";
}

std::pair<std::string, std::string> ContainerAndCodec(const StoredFormat& format) {
  return {format.container, format.codec};
}

struct Class {
  double from;
  double to;  // infinity for the last one
  std::int64_t files;
};

std::vector<Class> Classes(const Distribution<SecondsScale>& lengths) {
  std::vector<Class> classes;
  for (std::size_t i = 0; i < std::size(kLengthEdges); ++i) {
    const double to = i + 1 < std::size(kLengthEdges) ? kLengthEdges[i + 1] : HUGE_VAL;
    classes.push_back({kLengthEdges[i], to, lengths.CountWithin(kLengthEdges[i], to)});
  }
  return classes;
}

// One for each dB in which there is something.
std::vector<Class> Classes(const Distribution<DecibelScale>& levels) {
  std::vector<Class> classes;
  for (const auto& [bin, files] : levels.bins) {
    const double from = std::floor(DecibelScale::BeginOf(bin));
    if (classes.empty() || classes.back().from != from) classes.push_back({from, from + 1, 0});
    classes.back().files += files;
  }
  return classes;
}

struct Quantile {
  const char* name;
  const char* title;
  double part;
};
constexpr Quantile kQuantiles[] = {
    {"p5", "5 %", 0.05}, {"p25", "25 %", 0.25}, {"p50", "50 %", 0.5}, {"p75", "75 %", 0.75}, {"p95", "95 %", 0.95}};

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

template <class Scale>
Json DistributionJson(const Distribution<Scale>& values) {
  Json json{{"files", values.count}, {"min", Number(values.smallest)}};
  for (const Quantile& quantile : kQuantiles) json[quantile.name] = Number(values.Quantile(quantile.part));
  json["max"] = Number(values.largest);
  json["mean"] = Number(values.Mean());
  json["histogram"] = Json::array();
  for (const Class& c : Classes(values)) {
    if (c.files == 0) continue;
    Json entry{{"from", c.from}, {"to", c.to}, {"files", c.files}};
    if (!std::isfinite(c.to)) entry.erase("to");
    json["histogram"].push_back(std::move(entry));
  }
  return json;
}

Json ShareJson(Json value, const Share& share) {
  value["files"] = share.files;
  value["seconds"] = share.seconds;
  return value;
}

Json LevelsJson(const LevelSummary& levels) {
  return {{"files", levels.files},
          {"integrated_lufs", DistributionJson(levels.integrated_lufs)},
          {"range_lu", DistributionJson(levels.range_lu)},
          {"true_peak_dbtp", DistributionJson(levels.true_peak_dbtp)},
          {"peak_dbfs", DistributionJson(levels.peak_dbfs)},
          {"rms_dbfs", DistributionJson(levels.rms_dbfs)},
          {"dc_dbfs", DistributionJson(levels.dc_dbfs)},
          {"clipped_files", levels.clipped_files},
          {"silent_files", levels.silent_files},
          {"not_finite_files", levels.not_finite_files}};
}

// The printf of a table's cells.
template <class... Values>
std::string Cells(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

class ShareTable {
 public:
  explicit ShareTable(double all_seconds) : all_seconds_(all_seconds) {}

  void Title(const std::string& title) { text_ += Cells("%8s %12s %6s  ", "files", "hours", "%") + title + '\n'; }
  void Row(const Share& share, const std::string& name) {
    text_ += Cells("%8lld %12.4f %6.1f  ", static_cast<long long>(share.files), share.seconds / 3600,
                   all_seconds_ > 0 ? 100 * share.seconds / all_seconds_ : 0)
        + name + '\n';
  }
  void End() { text_ += '\n'; }
  const std::string& text() const { return text_; }

 private:
  double all_seconds_;
  std::string text_;
};

// "1 min", "90 s"
std::string LengthName(double seconds) {
  if (seconds >= 3600) return Cells("%g h", seconds / 3600);
  return seconds >= 60 ? Cells("%g min", seconds / 60) : Cells("%g s", seconds);
}

std::string LengthTable(const AudioSummary& summary) {
  std::string text = Cells("%8s %19s  ", "files", "%") + "length\n";
  for (const Class& c : Classes(summary.seconds)) {
    if (c.files == 0) continue;
    text += Cells("%8lld %19.1f  ", static_cast<long long>(c.files),
                  100 * static_cast<double>(c.files) / static_cast<double>(summary.files()));
    text += std::isfinite(c.to) ? LengthName(c.from) + " to " + LengthName(c.to) : LengthName(c.from) + " and more";
    text += '\n';
  }
  return text + '\n';
}

template <class Scale>
std::string DistributionRow(const char* name, const Distribution<Scale>& values) {
  if (values.count == 0) return {};
  std::string text = Cells("%8lld", static_cast<long long>(values.count)) + Cells(" %9.2f", values.smallest);
  for (const Quantile& quantile : kQuantiles) text += Cells(" %9.2f", values.Quantile(quantile.part));
  return text + Cells(" %9.2f %9.2f  ", values.largest, values.Mean()) + name + '\n';
}

std::string DistributionTable(const AudioSummary& summary) {
  std::string text = Cells("%8s %9s", "files", "min");
  for (const Quantile& quantile : kQuantiles) text += Cells(" %9s", quantile.title);
  text += Cells(" %9s %9s\n", "max", "mean");
  const LevelSummary& levels = summary.levels;
  text += DistributionRow("length in s", summary.seconds);
  text += DistributionRow("loudness in LUFS", levels.integrated_lufs);
  text += DistributionRow("loudness range in LU", levels.range_lu);
  text += DistributionRow("true peak in dBTP", levels.true_peak_dbtp);
  text += DistributionRow("peak in dBFS", levels.peak_dbfs);
  text += DistributionRow("RMS in dBFS", levels.rms_dbfs);
  text += DistributionRow("DC offset in dBFS", levels.dc_dbfs);
  return text + '\n';
}

std::string OddFiles(const AudioSummary& summary) {
  const std::pair<std::int64_t, const char*> rows[] = {
      {summary.levels.clipped_files, "clipped"},
      {summary.levels.silent_files, "silent (below -60 dBFS)"},
      {summary.levels.not_finite_files, "with samples that are no numbers or infinite"},
      {summary.empty_files, "empty (no samples)"},
      {summary.damaged_files, "damaged"},
  };
  std::string text;
  for (const auto& [files, name] : rows) {
    if (files > 0) text += Cells("%8lld  ", static_cast<long long>(files)) + name + '\n';
  }
  return text.empty() ? text : Cells("%8s\n", "files") + text + '\n';
}

}  // namespace

std::string StatsTable(const AudioSummary& summary) {
  ShareTable table(summary.seconds.sum.Round());
  table.Title("format: container, codec");
  for (const auto& [name, share] : SharesBy(summary, ContainerAndCodec)) {
    table.Row(share, name.first + ", " + name.second);
  }
  table.End();
  table.Title("sample rate");
  for (const auto& [rate, share] : SharesBy(summary, [](const StoredFormat& f) { return f.sample_rate; })) {
    table.Row(share, std::to_string(rate) + " Hz");
  }
  table.End();
  table.Title("channels");
  for (const auto& [channels, share] : SharesBy(summary, [](const StoredFormat& f) { return f.channels; })) {
    table.Row(share, ChannelsName(channels));
  }
  table.End();
  table.Title("bit depth");
  for (const auto& [depth, share] : SharesBy(summary, DepthName)) {
    table.Row(share, depth.empty() ? "none: lossy" : depth + (depth.ends_with('f') ? ": floating point" : ""));
  }
  table.End();
  return table.text() + LengthTable(summary) + DistributionTable(summary) + OddFiles(summary);
}

std::string StatsJson(const AudioSummary& summary, const OtherFiles& others) {
  const double seconds = summary.seconds.sum.Round();
  Json json;
  json["files"] = {{"done", summary.files()},
                   {"damaged", summary.damaged_files},
                   {"empty", summary.empty_files},
                   {"skipped", others.skipped},
                   {"failed", others.failed}};
  json["seconds"] = seconds;
  json["hours"] = seconds / 3600;
  json["formats"] = Json::array();
  for (const auto& [name, share] : SharesBy(summary, ContainerAndCodec)) {
    json["formats"].push_back(ShareJson({{"container", name.first}, {"codec", name.second}}, share));
  }
  json["sample_rates"] = Json::array();
  for (const auto& [rate, share] : SharesBy(summary, [](const StoredFormat& f) { return f.sample_rate; })) {
    json["sample_rates"].push_back(ShareJson({{"sample_rate", rate}}, share));
  }
  json["channels"] = Json::array();
  std::map<int, std::int64_t> files_by_channels;
  for (const auto& [channels, share] : SharesBy(summary, [](const StoredFormat& f) { return f.channels; })) {
    json["channels"].push_back(ShareJson({{"channels", channels}}, share));
    files_by_channels[channels] = share.files;
  }
  json["mono_files"] = files_by_channels[1];
  json["stereo_files"] = files_by_channels[2];
  json["bit_depths"] = Json::array();
  for (const auto& [depth, share] : SharesBy(summary, DepthName)) {
    json["bit_depths"].push_back(ShareJson({{"bit_depth", depth.empty() ? Json(nullptr) : Json(depth)}}, share));
  }
  json["length_seconds"] = DistributionJson(summary.seconds);
  json["levels"] = summary.levels.files > 0 ? LevelsJson(summary.levels) : Json(nullptr);
  return json.dump(2) + '\n';
}

std::string FileJson(const MeasuredFile& file) {
  const DecodeReport& report = file.report;
  const AudioInfo& info = report.info;
  const std::string depth = DepthName({info.container, info.codec, info.sample_rate, info.channels, info.bit_depth});
  Json json{{"path", Printable(file.path)},
            {"container", info.container},
            {"codec", info.codec},
            {"sample_rate", info.sample_rate},
            {"channels", info.channels},
            {"bit_depth", depth.empty() ? Json(nullptr) : Json(depth)},
            {"frames", report.frames},
            {"seconds", report.seconds()},
            {"damage", report.damaged() ? Json(Printable(report.DamageText())) : Json(nullptr)}};
  const auto& loudness = file.loudness;
  json["integrated_lufs"] = loudness ? Number(loudness->integrated_lufs) : Json(nullptr);
  json["range_lu"] = loudness ? Number(loudness->range_lu) : Json(nullptr);
  json["true_peak_dbtp"] = loudness ? Number(loudness->true_peak_dbtp) : Json(nullptr);
  const auto& levels = file.levels;
  json["peak_dbfs"] = levels ? Number(PeakDbfs(*levels)) : Json(nullptr);
  json["rms_dbfs"] = levels ? Number(RmsDbfs(*levels)) : Json(nullptr);
  json["dc_dbfs"] = levels ? Number(DcDbfs(*levels)) : Json(nullptr);
  const auto sum = [&](std::int64_t ChannelStats::* figure) {
    if (!levels) return Json(nullptr);
    std::int64_t samples = 0;
    for (const ChannelStats& channel : levels->channels) samples += channel.*figure;
    return Json(samples);
  };
  json["clipped_samples"] = sum(&ChannelStats::clipped);
  json["not_finite_samples"] = sum(&ChannelStats::not_finite);
  const auto seconds = [&](std::int64_t AudioStats::* frames) {
    return levels ? Json(static_cast<double>((*levels).*frames) / info.sample_rate) : Json(nullptr);
  };
  json["silent_seconds"] = seconds(&AudioStats::silent_frames);
  json["leading_silence_seconds"] = seconds(&AudioStats::leading_silence);
  json["trailing_silence_seconds"] = seconds(&AudioStats::trailing_silence);
  return json.dump();
}

}  // namespace klay
