// Asking a run to stop, from any thread and from a signal handler.
//
// Long loops inside a DoFn call ThrowIfCancelled() now and then (the audio decoder does so once a block), so that
// Ctrl-C takes effect within a file and not after it.
#pragma once

namespace beam {

// Async-signal-safe. Process-wide, as the signal is.
void RequestCancel() noexcept;
void ResetCancel() noexcept;
bool CancelRequested() noexcept;

// Throws Cancelled if RequestCancel() was called.
void ThrowIfCancelled();

}  // namespace beam
