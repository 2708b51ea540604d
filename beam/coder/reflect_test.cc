#include "beam/coder/reflect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace reflected {

struct Point {
  int x = 1;
  double y_2 = 2.5;
};

enum class Color { kRed };

template <class T>
struct Box {
  T content;
};

}  // namespace reflected

namespace beam {
namespace {

using internal::kReflectProblem;
using internal::ReflectProblem;
using testing::ElementsAre;
using testing::IsEmpty;

struct NoDefault {
  explicit NoDefault(int number) : value(number) {}
  int value;
};

struct Empty {
  void ProcessElement() const {}
};
struct Everything {
  std::optional<std::string> opt;
  std::variant<int, std::string> either;
  std::unique_ptr<int> owned;
  std::function<void()> callback;
  std::map<std::string, std::vector<int>> map;
  reflected::Point point;
  std::array<float, 3> array;
  bool Method() const { return true; }
};
struct Awkward {
  NoDefault first;
  const int fixed = 7;
  NoDefault last;
  std::unique_ptr<int> defaulted = nullptr;
};
struct Greek {
  int größe;
  int _x1;
};
struct ThirtyTwo {
  char a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
  int b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
};

struct ThirtyThree {
  ThirtyTwo nested;
  int c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15;
  int d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, d11, d12, d13, d14, d15;
};
struct Derived : reflected::Point {
  int z;
};
struct DerivedFromEmpty : Empty {
  int z;
};
struct OnlyBase : reflected::Point {};
struct ArrayFirst {
  int a[3];
  int b;
};
struct ArrayLast {
  std::string a;
  reflected::Point b;
  double c[2];
};
struct ArrayAfterNoDefault {
  NoDefault a;
  int b[4];
  NoDefault c;
};
struct WithReference {
  int& a;
  int b;
};
class WithConstructor {
 public:
  WithConstructor() {}
  int a;
};
class WithPrivate {
  [[maybe_unused]] int a = 0;
};
union Union {
  int a;
  float b;
};

TEST(Reflect, CountsFieldsAndKnowsTheirNames) {
  EXPECT_THAT(FieldNames<Empty>(), IsEmpty());
  EXPECT_THAT(FieldNames<reflected::Point>(), ElementsAre("x", "y_2"));
  EXPECT_THAT(FieldNames<Everything>(), ElementsAre("opt", "either", "owned", "callback", "map", "point", "array"));
  EXPECT_THAT(FieldNames<Awkward>(), ElementsAre("first", "fixed", "last", "defaulted"));
  EXPECT_THAT(FieldNames<Greek>(), ElementsAre("größe", "_x1"));
  EXPECT_THAT(FieldNames<reflected::Box<reflected::Box<std::string>>>(), ElementsAre("content"));
  EXPECT_EQ(FieldCount<ThirtyTwo>, 32u);
  EXPECT_EQ(FieldNames<ThirtyTwo>()[31], "b15");
  struct Local {
    int inside;
    std::vector<std::string> of_a_function;
  };
  EXPECT_THAT(FieldNames<Local>(), ElementsAre("inside", "of_a_function"));
}

TEST(Reflect, VisitsFieldsInOrderByReference) {
  reflected::Point point;
  std::vector<std::string> seen;
  ForEachField(point, [&](std::string_view name, auto& field) {
    seen.push_back(std::string(name) + "=" + std::to_string(field));
    field += 1;
  });
  EXPECT_THAT(seen, ElementsAre("x=1", "y_2=2.500000"));
  EXPECT_EQ(point.x, 2);
  EXPECT_EQ(point.y_2, 3.5);
}

TEST(Reflect, FieldsOfAConstObjectAreConst) {
  const reflected::Point point;
  int fields = 0;
  ForEachField(point, [&](std::string_view, auto& field) {
    static_assert(std::is_const_v<std::remove_reference_t<decltype(field)>>);
    ++fields;
  });
  EXPECT_EQ(fields, 2);
}

TEST(Reflect, ApplyPassesAllFieldsAndReturnsTheResult) {
  reflected::Point point{3, 4.5};
  const double sum = ApplyToFields(point, [](int& x, double& y) { return x + y; });
  EXPECT_EQ(sum, 7.5);
  Empty empty;
  EXPECT_EQ(ApplyToFields(empty, [] { return 5; }), 5);
}

TEST(Reflect, WorksInConstantExpressions) {
  constexpr reflected::Point kPoint{3, 1.0};
  static_assert(ApplyToFields(kPoint, [](const int& x, const double&) { return x; }) == 3);
  static_assert(FieldNames<reflected::Point>()[1] == "y_2");
}

// Each type that cannot be taken apart is known for what is wrong with it, without a compile error.
TEST(Reflect, KnowsWhatItCannotTakeApart) {
  EXPECT_EQ(kReflectProblem<reflected::Point>, ReflectProblem::kNone);
  EXPECT_EQ(kReflectProblem<Awkward>, ReflectProblem::kNone);
  EXPECT_EQ(kReflectProblem<ThirtyTwo>, ReflectProblem::kNone);
  EXPECT_EQ(kReflectProblem<ThirtyThree>, ReflectProblem::kTooManyFields);
  EXPECT_EQ(kReflectProblem<Derived>, ReflectProblem::kBaseClass);
  EXPECT_EQ(kReflectProblem<DerivedFromEmpty>, ReflectProblem::kBaseClass);
  EXPECT_EQ(kReflectProblem<OnlyBase>, ReflectProblem::kBaseClass);
  EXPECT_EQ(kReflectProblem<ArrayFirst>, ReflectProblem::kArray);
  EXPECT_EQ(kReflectProblem<ArrayLast>, ReflectProblem::kArray);
  EXPECT_EQ(kReflectProblem<ArrayAfterNoDefault>, ReflectProblem::kArray);
  EXPECT_EQ(kReflectProblem<WithReference>, ReflectProblem::kNotCountable);
  EXPECT_EQ(kReflectProblem<WithConstructor>, ReflectProblem::kNotAggregate);
  EXPECT_EQ(kReflectProblem<WithPrivate>, ReflectProblem::kNotAggregate);
  EXPECT_EQ(kReflectProblem<std::mutex>, ReflectProblem::kNotAggregate);
  EXPECT_EQ(kReflectProblem<Union>, ReflectProblem::kUnion);
  EXPECT_EQ(kReflectProblem<int>, ReflectProblem::kNotAggregate);
  EXPECT_EQ(kReflectProblem<int*>, ReflectProblem::kNotAggregate);
  EXPECT_FALSE(Reflectable<Derived>);
  EXPECT_TRUE(Reflectable<const Everything>);
}

TEST(TypeName, IsTheSameFromEveryCompiler) {
  EXPECT_EQ(TypeName<int>(), "int");
  EXPECT_EQ(TypeName<std::int64_t>(), "long");
  EXPECT_EQ(TypeName<std::uint64_t>(), "unsigned long");
  EXPECT_EQ(TypeName<std::uint16_t>(), "unsigned short");
  EXPECT_EQ(TypeName<unsigned long long>(), "unsigned long long");
  EXPECT_EQ(TypeName<reflected::Point>(), "reflected::Point");
  EXPECT_EQ(TypeName<reflected::Color>(), "reflected::Color");
  EXPECT_EQ(TypeName<reflected::Box<reflected::Box<reflected::Point>>>(),
            "reflected::Box<reflected::Box<reflected::Point>>");
  EXPECT_EQ(TypeName<reflected::Box<std::string>>(), "reflected::Box<std::basic_string<char>>");
  EXPECT_EQ(TypeName<Empty>(), "beam::{anonymous}::Empty");
}

}  // namespace
}  // namespace beam
