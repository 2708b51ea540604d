#include "klay/jobs/estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>

#include "beam/base/error.h"

namespace klay {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Optional;

constexpr CpuRate kRate{3.6, "mp3 to wav"};

EstimateOptions Prices(double vcpu, double memory, double writes, double reads) {
  EstimateOptions options;
  options.price_per_vcpu_hour = std::optional(vcpu);
  options.price_per_gb_hour = std::optional(memory);
  options.price_per_1000_writes = std::optional(writes);
  options.price_per_1000_reads = std::optional(reads);
  return options;
}

TEST(EstimateTest, IsArithmetic) {
  struct Case {
    const char* what;
    EstimateBasis basis;
    EstimateOptions prices;
    Estimate expected;
  };
  const EstimateOptions prices = Prices(10, 100, 1000, 2000);
  const EstimateBasis one{.files = 1,
                          .bytes = 1000,
                          .reads = 1,
                          .lists = 2,
                          .looked_at = 1,
                          .looked_at_bytes = 1000,
                          .audio_seconds = 3600,
                          .target_bytes = 500,
                          .writes = 1};
  // One in 2000 of the bytes was looked at, and one of the 64 files is broken.
  const EstimateBasis many{.files = 100'000,
                           .bytes = 500'000'000'000,
                           .reads = 100'000,
                           .lists = 200,
                           .looked_at = 64,
                           .looked_at_bytes = 250'000'000,
                           .audio_seconds = 15'000,
                           .target_bytes = 480'000'000,
                           .writes = 63};
  EstimateBasis with_ledger = many;
  with_ledger.looks = many.writes;
  with_ledger.ledger_reads = 5;
  with_ledger.ledger_writes = 1;
  EstimateBasis all_done;
  all_done.lists = 2;
  all_done.ledger_reads = 5;
  all_done.ledger_writes = 1;
  EstimateBasis unknown = one;
  unknown.unknown_sizes = 1;
  EstimateBasis broken = one;
  broken.audio_seconds = 0;
  broken.target_bytes = broken.writes = 0;
  const Estimate of_one{.audio_hours = 1,
                        .vcpu_hours = 0.001,
                        .gb_hours = 0.004,
                        .lists = 2,
                        .reads = 1,
                        .writes = 1,
                        .target_bytes = 500,
                        .cost = 0.001 * 10 + 0.004 * 100 + 3.0 * 1 + 1.0 * 2};
  Estimate of_unknown = of_one;
  of_unknown.target_bytes.reset();
  for (const Case& c : {
           Case{"no file", {}, prices, {.target_bytes = 0, .cost = 0}},
           Case{"one", one, prices, of_one},
           Case{"a hundred thousand",
                many,
                Prices(30, 0, 0, 0),
                {.audio_hours = 15'000.0 * 2000 / 3600,
                 .vcpu_hours = 15'000.0 * 2000 / 3600 / 1000,
                 .gb_hours = 15'000.0 * 2000 / 3600 / 250,
                 .lists = 200,
                 .reads = 100'000,
                 .writes = 98'438,
                 .target_bytes = 7.5e11,
                 .cost = 250}},
           Case{"with a ledger",
                with_ledger,
                Prices(0, 0, 1000, 1000),
                {.audio_hours = 15'000.0 * 2000 / 3600,
                 .vcpu_hours = 15'000.0 * 2000 / 3600 / 1000,
                 .gb_hours = 15'000.0 * 2000 / 3600 / 250,
                 .lists = 200,
                 .looks = 98'438,
                 .reads = 100'005,
                 .writes = 98'439,
                 .target_bytes = 7.5e11,
                 .cost = 200 + 98'438 + 100'005 + 98'439}},
           Case{"all is done, as the ledger says",
                all_done,
                prices,
                {.lists = 2, .reads = 5, .target_bytes = 0, .cost = 12}},
           Case{"of unknown size", unknown, prices, of_unknown},
           Case{"none is good", broken, prices, {.lists = 2, .reads = 1, .target_bytes = 0, .cost = 4}},
       }) {
    const Estimate estimate = MakeEstimate(c.basis, kRate, c.prices);
    EXPECT_NEAR(estimate.audio_hours, c.expected.audio_hours, 1e-9) << c.what;
    EXPECT_NEAR(estimate.vcpu_hours, c.expected.vcpu_hours, 1e-9) << c.what;
    EXPECT_NEAR(estimate.gb_hours, c.expected.gb_hours, 1e-9) << c.what;
    EXPECT_EQ(estimate.lists, c.expected.lists) << c.what;
    EXPECT_EQ(estimate.looks, c.expected.looks) << c.what;
    EXPECT_EQ(estimate.reads, c.expected.reads) << c.what;
    EXPECT_EQ(estimate.writes, c.expected.writes) << c.what;
    EXPECT_EQ(estimate.target_bytes, c.expected.target_bytes) << c.what;
    EXPECT_THAT(estimate.cost, Optional(DoubleNear(*c.expected.cost, 1e-9))) << c.what;
  }
}

TEST(EstimateTest, TheUsersRatesComeBeforeOurs) {
  const EstimateBasis basis{.files = 1, .bytes = 1, .looked_at = 1, .looked_at_bytes = 1, .audio_seconds = 3600};
  EstimateOptions options;
  EXPECT_EQ(MakeEstimate(basis, kRate, options).cost, std::nullopt);
  options.cpu_seconds_per_audio_hour = std::optional(36.0);
  options.memory_gb_per_vcpu = 8.0;
  EXPECT_NEAR(MakeEstimate(basis, kRate, options).vcpu_hours, 0.01, 1e-9);
  EXPECT_NEAR(MakeEstimate(basis, kRate, options).gb_hours, 0.08, 1e-9);
}

TEST(EstimateTest, TheTextNamesWhatItIsMadeOf) {
  const EstimateBasis sample{.files = 1000,
                             .bytes = 5'000'000'000,
                             .reads = 1000,
                             .lists = 2,
                             .looked_at = 64,
                             .looked_at_bytes = 320'000'000,
                             .audio_seconds = 16'000,
                             .target_bytes = 512'000'000,
                             .writes = 64};
  EXPECT_EQ(EstimateText(sample, kRate, {}),
            "estimate of the run:\n"
            "  files: 1000, 5.0 GB\n"
            "  audio: 69.4 h, by the headers of 64 of them, with 320 MB\n"
            "  CPU: about 0.0694 vCPU hours, at 3.6 s for an hour of audio (measured: mp3 to wav; "
            "--cpu_seconds_per_audio_hour is yours)\n"
            "  memory: about 0.2778 GB hours, with 4.0 GB for each vCPU (--memory_gb_per_vcpu)\n"
            "  requests to stores: 2 list, 1,000 read, 1,000 write\n"
            "  results: about 8.0 GB\n"
            "  cost: no price is built in; give those of your region: --price_per_vcpu_hour, --price_per_gb_hour, "
            "--price_per_1000_writes, --price_per_1000_reads\n"
            "  not in it: machines while they start, wait for a store or for the last files; disks; what leaves a "
            "region\n");
  EstimateOptions options;
  options.cpu_seconds_per_audio_hour = std::optional(7.2);
  options.price_per_vcpu_hour = std::optional(36.0);
  EstimateBasis all = sample;
  all.looked_at = 1000;
  all.reads = all.lists = all.writes = 0;
  const std::string text = EstimateText(all, kRate, options);
  EXPECT_THAT(text, HasSubstr("by the headers of all of them\n"));
  EXPECT_THAT(text, HasSubstr("at 7.2 s for an hour of audio (--cpu_seconds_per_audio_hour)\n"));
  EXPECT_THAT(text, HasSubstr("requests to stores: none\n"));
  EXPECT_THAT(text,
              HasSubstr("by the prices given, without --price_per_gb_hour, --price_per_1000_writes, "
                        "--price_per_1000_reads\n"));
}

TEST(EstimateTest, RatesAreNotNegative) {
  EXPECT_NO_THROW(EstimateOptions{}.Validate());
  EXPECT_THROW(Prices(-1, 0, 0, 0).Validate(), beam::UsageError);
  EXPECT_THROW(Prices(0, 0, 0, NAN).Validate(), beam::UsageError);
  EstimateOptions options;
  options.memory_gb_per_vcpu = -1.0;
  EXPECT_THROW(options.Validate(), beam::UsageError);
}

}  // namespace
}  // namespace klay
