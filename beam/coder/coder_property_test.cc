// What must hold for every value of every type: it survives, its size is known, the dynamic coder agrees, equal values
// have equal bytes; and no bytes do worse than an Error.
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "beam/coder/coder.h"
#include "beam/coder/dynamic_coder.h"
#include "beam/coder/test_hex.h"
#include "beam/coder/window.h"

namespace beam {
namespace {

using Random = std::mt19937_64;

// Generate(random, value) fills a value of any type below.
template <internal::Integer T>
void Generate(Random& random, T& value) {
  // Few bits as often as many, so that every length of varint occurs.
  value = static_cast<T>(static_cast<std::int64_t>(random()) >> (random() % 64));
}
void Generate(Random& random, bool& value) { value = random() % 2 == 0; }
void Generate(Random& random, float& value) { value = static_cast<float>(static_cast<int>(random())) / 8; }
void Generate(Random& random, double& value) { value = static_cast<double>(static_cast<std::int64_t>(random())) / 3; }
void Generate(Random& random, std::byte& value) { value = static_cast<std::byte>(random()); }
void Generate(Random&, Void&) {}
void Generate(Random& random, Timestamp& value) { Generate(random, value.millis); }

void Generate(Random& random, std::string& value);
template <class T>
  requires std::is_aggregate_v<T>
void Generate(Random& random, T& value);
template <class T>
void Generate(Random& random, std::optional<T>& value);
template <class K, class V>
void Generate(Random& random, std::map<K, V>& value);
template <class K, class V>
void Generate(Random& random, std::unordered_map<K, V>& value);
template <class A, class B>
void Generate(Random& random, std::pair<A, B>& value);

template <class Sequence>
void GenerateSequence(Random& random, Sequence& value) {
  // Lengths around those where the length itself takes another byte.
  static constexpr std::size_t kSizes[] = {0, 1, 2, 3, 5, 8, 127, 128};
  value.resize(kSizes[random() % (random() % 16 == 0 ? 8 : 5)]);
}

void Generate(Random& random, std::string& value) {
  GenerateSequence(random, value);
  for (char& c : value) c = static_cast<char>(random());
}
template <class T>
void Generate(Random& random, std::vector<T>& value) {
  GenerateSequence(random, value);
  for (std::size_t i = 0; i < value.size(); ++i) {
    T element{};
    Generate(random, element);
    value[i] = std::move(element);
  }
}
template <class T>
void Generate(Random& random, std::optional<T>& value) {
  value.reset();
  if (random() % 2 == 0) Generate(random, value.emplace());
}
template <class Map>
void GenerateMap(Random& random, Map& value) {
  value.clear();
  for (std::uint64_t i = random() % 6; i > 0; --i) {
    typename Map::key_type key{};
    Generate(random, key);
    Generate(random, value[std::move(key)]);
  }
}
template <class K, class V>
void Generate(Random& random, std::map<K, V>& value) {
  GenerateMap(random, value);
}
template <class K, class V>
void Generate(Random& random, std::unordered_map<K, V>& value) {
  GenerateMap(random, value);
}
template <class A, class B>
void Generate(Random& random, std::pair<A, B>& value) {
  Generate(random, value.first);
  Generate(random, value.second);
}
template <class T>
  requires std::is_aggregate_v<T>
void Generate(Random& random, T& value) {
  ForEachField(value, [&random](std::string_view, auto& field) { Generate(random, field); });
}

struct Leaf {
  std::string name;
  std::optional<float> weight;
  std::vector<double> numbers;
  bool operator==(const Leaf&) const = default;
};
struct Tree {
  Leaf leaf;
  std::optional<Leaf> maybe;
  std::vector<Leaf> leaves;
  std::map<std::string, Leaf> by_name;
  std::unordered_map<std::int32_t, std::optional<std::string>> by_number;
  std::pair<std::int8_t, std::uint16_t> pair;
  KV<std::string, std::uint64_t> kv;
  std::vector<std::optional<std::vector<std::int16_t>>> nested;
  std::vector<std::int8_t> small;
  std::vector<bool> flags;
  Timestamp time;
  Bytes bytes;
  Void nothing;
  std::byte byte;
  std::uint8_t tiny;
  std::uint32_t wide;
  bool operator==(const Tree&) const = default;
};

// What the properties need of a type, with the type erased: the checks are compiled once.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual std::string_view name() const = 0;
  virtual CoderSpec Spec() const = 0;

  // Makes another random value, which the functions below are about.
  virtual void Next(Random& random) = 0;
  virtual std::string Encode(Context context) const = 0;
  virtual std::size_t ByteSize() const = 0;

  // Whether `bytes` decode to just that value, and nothing is left.
  virtual bool IsDecodedFrom(std::string_view bytes, Context context) const = 0;

  // Whether `bytes` decode to any value; if not, Error is what was thrown.
  virtual bool CanDecode(std::string_view bytes, Context context) const = 0;
};

template <class T>
class SubjectOf final : public Subject {
 public:
  std::string_view name() const override { return TypeName<T>(); }
  CoderSpec Spec() const override { return Coder<T>::Spec(); }
  void Next(Random& random) override {
    value_ = T{};
    Generate(random, value_);
  }
  std::string Encode(Context context) const override {
    Writer out;
    Coder<T>::Encode(value_, out, context);
    return out.Take();
  }
  std::size_t ByteSize() const override { return Coder<T>::ByteSize(value_); }
  bool IsDecodedFrom(std::string_view bytes, Context context) const override {
    Reader in(bytes);
    return Coder<T>::Decode(in, context) == value_ && in.empty();
  }
  bool CanDecode(std::string_view bytes, Context context) const override {
    try {
      Reader in(bytes);
      Coder<T>::Decode(in, context);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

 private:
  T value_{};
};

template <class... T>
std::vector<std::unique_ptr<Subject>> MakeSubjects() {
  std::vector<std::unique_ptr<Subject>> subjects;
  (subjects.push_back(std::make_unique<SubjectOf<T>>()), ...);
  return subjects;
}

// Calls `check(subject, random)` for every type.
template <class Check>
void ForEachType(Check&& check) {
  const auto subjects =
      MakeSubjects<std::int64_t, std::int32_t, std::uint64_t, std::uint8_t, double, float, bool, std::string, Bytes,
                   Void, KV<std::string, std::int64_t>, std::optional<std::string>, std::vector<double>,
                   std::vector<float>, std::vector<std::string>, std::vector<bool>, std::map<std::string, std::int32_t>,
                   std::unordered_map<std::string, std::vector<std::int64_t>>, std::pair<std::int16_t, std::string>,
                   Leaf, Tree, KV<std::string, std::vector<Leaf>>>();
  for (const auto& subject : subjects) {
    SCOPED_TRACE(subject->name());
    Random random(20261122);
    check(*subject, random);
  }
}

constexpr Context kContexts[] = {Context::kNested, Context::kOuter};

TEST(CoderProperties, ValuesSurviveAndSizesAreExact) {
  ForEachType([](Subject& subject, Random& random) {
    for (int i = 0; i < 200; ++i) {
      subject.Next(random);
      for (const Context context : kContexts) {
        const std::string bytes = subject.Encode(context);
        ASSERT_TRUE(subject.IsDecodedFrom(bytes, context)) << Hex(bytes);
      }
      ASSERT_EQ(subject.Encode(Context::kNested).size(), subject.ByteSize());
    }
  });
}

TEST(CoderProperties, TheDynamicCoderAgrees) {
  ForEachType([](Subject& subject, Random& random) {
    const DynamicCoder coder(subject.Spec());
    for (int i = 0; i < 100; ++i) {
      subject.Next(random);
      for (const Context context : kContexts) {
        const std::string bytes = subject.Encode(context);
        Reader in(bytes);
        const Value decoded = coder.Decode(in, context);
        ASSERT_TRUE(in.empty()) << Hex(bytes);
        Writer out;
        coder.Encode(decoded, out, context);
        ASSERT_EQ(Hex(out.view()), Hex(bytes)) << DebugString(decoded);
      }
    }
  });
}

TEST(CoderProperties, NoPartIsTakenForTheWhole) {
  ForEachType([](Subject& subject, Random& random) {
    for (int i = 0; i < 20; ++i) {
      subject.Next(random);
      const std::string bytes = subject.Encode(Context::kNested);
      for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 500); ++size) {
        ASSERT_FALSE(subject.CanDecode(std::string_view(bytes).substr(0, size), Context::kNested)) << Hex(bytes);
      }
    }
  });
}

// A value with some bits flipped, or bytes that mean nothing.
std::string Damaged(Subject& subject, Random& random) {
  std::string bytes;
  if (random() % 2 == 0) {
    Generate(random, bytes);
    return bytes;
  }
  subject.Next(random);
  bytes = subject.Encode(Context::kNested);
  for (int flips = 0; flips < 3 && !bytes.empty(); ++flips) {
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
  }
  return bytes;
}

TEST(CoderProperties, NoBytesDoWorseThanAnError) {
  ForEachType([](Subject& subject, Random& random) {
    const DynamicCoder coder(subject.Spec());
    for (int i = 0; i < 1000; ++i) {
      const std::string bytes = Damaged(subject, random);
      for (const Context context : kContexts) {
        const bool typed = subject.CanDecode(bytes, context);
        try {
          Reader in(bytes);
          coder.Decode(in, context);
        } catch (const Error&) {
          // The typed coder checks more (ranges of integers, absent fields), never less.
          ASSERT_FALSE(typed) << Hex(bytes);
        }
      }
    }
  });
}

}  // namespace
}  // namespace beam
