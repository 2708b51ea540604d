// What klay-beam says when it can do nothing.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/klay_beam_program.h"

namespace klay {

// It has ended with an error, told in one line, which names `path` (or its beginning) and has `sentence` in it. Before
// it, a run may have warned that it tries again.
inline void ExpectOneSentence(const ProgramResult& result, const std::string& path, const std::string& sentence) {
  EXPECT_THAT(result.exit_code, testing::AnyOf(1, 2)) << result.err;
  const std::size_t begin = result.err.find("klay-beam ");
  ASSERT_NE(begin, std::string::npos) << result.err;
  EXPECT_THAT(result.err.substr(0, begin), testing::MatchesRegex("(.* WARN .*\n)*")) << result.err;
  const std::string last = result.err.substr(begin);
  EXPECT_EQ(last.find('\n'), last.size() - 1) << last;
  EXPECT_THAT(last, testing::HasSubstr("\"" + path));
  EXPECT_THAT(last, testing::HasSubstr(sentence));
}

}  // namespace klay
