// Resume: a parameter of ProcessElement for DoFns that make very many outputs of one element and can stop and go on.
//
//   void ProcessElement(const std::string& pattern, beam::Resume& resume, beam::Output<FileMetadata> out) const {
//     MatchCursor cursor(pattern, resume.token());            // empty at first
//     while (auto match = cursor.Next()) {
//       out.Emit(*match);
//       if (resume.ShouldYield()) return resume.Yield(match->path);
//     }
//   }
//
// What was emitted so far is then committed and flows on while the rest is made, so that memory stays flat and the next
// stage starts with the first output. Given the same element and token, the outputs must come in the same order.
#pragma once

#include <string>
#include <utility>

namespace beam {

class Resume {
 public:
  virtual ~Resume() = default;

  // Where to go on: what Yield was given last for this element, or empty at the start.
  const std::string& token() const { return token_; }

  // Whether the runner would like the outputs now. Cheap; ask after each output.
  virtual bool ShouldYield() = 0;

  // Asks to be called again for the same element with this token. Return from ProcessElement at once.
  void Yield(std::string token) {
    next_token_ = std::move(token);
    yielded_ = true;
  }

 protected:
  std::string token_;
  std::string next_token_;
  bool yielded_ = false;
};

}  // namespace beam
