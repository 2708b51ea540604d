// LoadNpy, LoadNpz, and how arrays travel.
#include "klay/transforms/load_npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "beam/io/match_files.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/map.h"
#include "klay/feature/feature_test_util.h"

namespace klay {
namespace {

using beam::PAssert;

std::string ShortName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

template <class T>
std::string Encoded(const T& value) {
  beam::Writer out;
  beam::Coder<T>::Encode(value, out);
  return out.Take();
}

template <class T>
T Decoded(const std::string& bytes) {
  beam::Reader in(bytes);
  T value = beam::Coder<T>::Decode(in);
  EXPECT_TRUE(in.empty());
  return value;
}

// Files of NumPy's that are not read.
const std::set<std::string> kRefused = {"object.npy", "pickle.npy", "structured.npy"};

TEST(NpyCoderTest, EveryArrayOfNumpyTravels) {
  int arrays = 0;
  for (const auto& entry : std::filesystem::directory_iterator(Variable("TEST_NPY_DIR"))) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".npy") || kRefused.contains(name)) continue;
    SCOPED_TRACE(name);
    ++arrays;
    const NpyFile file{name, ParseNpy(NumpyFile(name))};
    const NpyFile back = Decoded<NpyFile>(Encoded(file));
    EXPECT_EQ(back.path, name);
    EXPECT_EQ(back.array.dtype(), file.array.dtype());
    EXPECT_EQ(back.array.shape(), file.array.shape());
    EXPECT_EQ(back.array.fortran_order(), file.array.fortran_order());
    EXPECT_EQ(back.array.data(), file.array.data());
    const std::string bytes = Encoded(file.array);
    EXPECT_NEAR(static_cast<double>(beam::Coder<NpyArray>::ByteSize(file.array)), static_cast<double>(bytes.size()),
                128);
  }
  EXPECT_GT(arrays, 60);
}

TEST(NpyCoderTest, IsAFileThatNumpyWouldWrite) {
  EXPECT_EQ(Encoded(ParseNpy(NumpyFile("lf4-2x3.npy"))), NumpyFile("lf4-2x3.npy"));
  EXPECT_EQ(Encoded(ParseNpy(NumpyFile("lf4-2x3-F.npy"))), NumpyFile("lf4-2x3-F.npy"));
}

TEST(NpyCoderTest, ReadsAllVersions) {
  for (const char* const name : {"version-2.npy", "version-3.npy"}) {
    EXPECT_EQ(Decoded<NpyArray>(NumpyFile(name)).data(), ParseNpy(NumpyFile(name)).data());
  }
}

TEST(NpyCoderTest, MalformedBytesAreAnError) {
  const std::string good = Encoded(NpyFile{"a", Counting<float>({2, 3})});
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    beam::Reader in(cut);
    EXPECT_THROW(beam::Coder<NpyFile>::Decode(in), beam::Error) << size;
  }
  // A header that claims more than there is.
  std::string lies = Encoded(Counting<float>({2, 3}));
  lies.replace(lies.find("(2, 3)"), 6, "(2,9999");
  beam::Reader in(lies);
  EXPECT_THROW(beam::Coder<NpyArray>::Decode(in), beam::Error);
}

TEST(LoadNpyTest, FilesOfNumpy) {
  const std::string folder = Variable("TEST_NPY_DIR");
  beam::TestPipeline p;
  const std::vector<std::string> patterns = {
      folder + "/lf4-2x3*.npy",   folder + "/bi2-3x2x4-F.npy", folder + "/lf8-2x3.npy",
      folder + "/lf4-scalar.npy", folder + "/object.npy",      folder + "/pickle.npy",
      folder + "/structured.npy", folder + "/stored.npz",      folder + "/lf4-0x4.npy"};
  const auto [arrays, failed] =
      p | beam::MatchFiles("Match", patterns) | beam::ReadMatches("Read") | beam::ParDo("Load Npy", LoadNpy{});
  const auto described = arrays | beam::Map("Describe", [](const NpyFile& file) {
                           std::string text = ShortName(file.path) + ' ' + file.array.dtype().ToString() + ' '
                               + ShapeText(file.array.shape()) + (file.array.fortran_order() ? " F:" : " C:");
                           for (const float value : file.array.ToFloats()) text += ' ' + std::to_string(int(value));
                           return text;
                         });
  PAssert::That(described).ContainsInAnyOrder(
      {"lf4-2x3.npy <f4 (2, 3) C: 0 1 2 3 4 5", "lf4-2x3-F.npy <f4 (2, 3) F: 0 1 2 3 4 5",
       "lf8-2x3.npy <f8 (2, 3) C: 0 1 2 3 4 5", "lf4-scalar.npy <f4 () C: 0", "lf4-0x4.npy <f4 (0, 4) C:",
       "bi2-3x2x4-F.npy >i2 (3, 2, 4) F: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23"});
  const auto names = failed | beam::Map("Names", [](const Failure& failure) {
                       return ShortName(failure.path) + (failure.reason.empty() ? " without a reason" : "");
                     });
  PAssert::That(names).ContainsInAnyOrder({"object.npy", "pickle.npy", "structured.npy", "stored.npz"});
  const beam::MetricResults metrics = p.Run().metrics();
  EXPECT_EQ(metrics.CounterValue("klay", "files_loaded"), 6);
  EXPECT_EQ(metrics.CounterValue("klay", "files_failed"), 4);
}

TEST(LoadNpyTest, DamageAndLimits) {
  const beam::testing_files::TestFolder folder;
  const std::string good = NpyBytes(Counting<float>({100}));
  folder.File("good.npy", good);
  folder.File("cut.npy", good.substr(0, 300));
  folder.File("empty.npy", "");
  folder.File("text.npy", "no array at all");
  folder.File("large.npy", NpyBytes(Counting<double>({100})));
  beam::TestPipeline p;
  const auto [arrays, failed] = p
      | beam::MatchFiles("Match", folder / "*.npy")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Npy", LoadNpy{{.max_bytes = 400}});
  PAssert::That(arrays | beam::Map("Names", [](const NpyFile& file) { return ShortName(file.path); }))
      .ContainsInAnyOrder({"good.npy"});
  const auto reasons = failed
      | beam::Map("Reasons", [](const Failure& failure) { return ShortName(failure.path) + ": " + failure.reason; });
  PAssert::That(reasons).ContainsInAnyOrder(
      {"cut.npy: truncated: an array of shape (100,) and dtype <f4 has 400 bytes, and the file ends after 172",
       "empty.npy: the file is empty", "text.npy: not an npy file: it does not begin as one",
       "large.npy: an array of shape (100,) and dtype <f8 has 800 bytes: more than the limit of 400"});
  p.Run();
}

TEST(LoadNpzTest, FilesOfNumpy) {
  const std::string folder = Variable("TEST_NPY_DIR");
  beam::TestPipeline p;
  const auto [archives, failed] = p
      | beam::MatchFiles("Match", folder + "/*.npz")
      | beam::Reshuffle("Travel")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Npz", LoadNpz{});
  const auto described = archives | beam::Reshuffle("Travel, Too") | beam::Map("Describe", [](const NpzFile& file) {
                           std::string text = ShortName(file.path) + ':';
                           for (const NpzEntry& entry : file.arrays) {
                             text += ' ' + entry.name + '=' + std::to_string(entry.array.size());
                           }
                           return text;
                         });
  PAssert::That(described).ContainsInAnyOrder({"stored.npz: a=6 b=12 c=1 noise=70000 folder/\u00e4=5",
                                               "deflated.npz: a=6 b=12 c=1 noise=70000 folder/\u00e4=5",
                                               "empty.npz:", "other-members.npz: x=20"});
  PAssert::That(failed | beam::Map("Names", [](const Failure& failure) { return ShortName(failure.path); }))
      .ContainsInAnyOrder({"bzip2.npz", "object.npz"});
  p.Run();
}

}  // namespace
}  // namespace klay
