// The names by which Beam's protocol calls things, as far as this SDK speaks of them. Source: beam_runner_api.proto and
// beam_fn_api.proto of Beam 2.77; ours begin with beam:cpp.
#pragma once

#include <string_view>

namespace beam::urn {

inline constexpr std::string_view kImpulse = "beam:transform:impulse:v1";
inline constexpr std::string_view kParDo = "beam:transform:pardo:v1";
inline constexpr std::string_view kGroupByKey = "beam:transform:group_by_key:v1";
inline constexpr std::string_view kFlatten = "beam:transform:flatten:v1";
inline constexpr std::string_view kReshuffle = "beam:transform:reshuffle:v1";
inline constexpr std::string_view kWindowInto = "beam:transform:window_into:v1";
inline constexpr std::string_view kCombinePerKey = "beam:transform:combine_per_key:v1";
inline constexpr std::string_view kPrecombine = "beam:transform:combine_per_key_precombine:v1";
inline constexpr std::string_view kMergeAccumulators = "beam:transform:combine_per_key_merge_accumulators:v1";
inline constexpr std::string_view kExtractOutputs = "beam:transform:combine_per_key_extract_outputs:v1";
inline constexpr std::string_view kCombineGroupedValues = "beam:transform:combine_grouped_values:v1";

inline constexpr std::string_view kToString = "beam:transform:to_string:v1";

inline constexpr std::string_view kSource = "beam:runner:source:v1";
inline constexpr std::string_view kSink = "beam:runner:sink:v1";

inline constexpr std::string_view kSideInputIterable = "beam:side_input:iterable:v1";
inline constexpr std::string_view kSideInputMultimap = "beam:side_input:multimap:v1";
inline constexpr std::string_view kGlobalWindows = "beam:window_fn:global_windows:v1";
inline constexpr std::string_view kFixedWindows = "beam:window_fn:fixed_windows:v1";

inline constexpr std::string_view kCoderText = "beam:coder:string_utf8:v1";
inline constexpr std::string_view kCoderKv = "beam:coder:kv:v1";
inline constexpr std::string_view kCoderWindowedValue = "beam:coder:windowed_value:v1";
inline constexpr std::string_view kCoderLengthPrefix = "beam:coder:length_prefix:v1";
inline constexpr std::string_view kCoderIterable = "beam:coder:iterable:v1";
inline constexpr std::string_view kCoderStateBackedIterable = "beam:coder:state_backed_iterable:v1";
inline constexpr std::string_view kCoderGlobalWindow = "beam:coder:global_window:v1";
inline constexpr std::string_view kCoderIntervalWindow = "beam:coder:interval_window:v1";
inline constexpr std::string_view kCoderRow = "beam:coder:row:v1";

inline constexpr std::string_view kFn = "beam:cpp:fn:v1";           // FnPayload
inline constexpr std::string_view kPass = "beam:cpp:pass:v1";       // nothing: what comes in goes out
inline constexpr std::string_view kViewFn = "beam:cpp:view_fn:v1";  // nothing: views are made by the DoFn's operator
inline constexpr std::string_view kWindowMapping = "beam:cpp:window_mapping:v1";  // nothing, likewise

inline constexpr std::string_view kExternalEnvironment = "beam:env:external:v1";
inline constexpr std::string_view kProcessEnvironment = "beam:env:process:v1";
inline constexpr std::string_view kDockerEnvironment = "beam:env:docker:v1";
inline constexpr std::string_view kDefaultEnvironment = "beam:env:default:v1";

// What an engine must be able to do.
inline constexpr std::string_view kFinalization = "beam:requirement:pardo:finalization:v1";

// What an engine can do.
inline constexpr std::string_view kEmbedsElementsInResponses = "beam:protocol:control_response_elements_embedding:v1";
inline constexpr std::string_view kTakesShortIds = "beam:protocol:monitoring_info_short_ids:v1";

inline constexpr std::string_view kMinRam = "beam:resources:min_ram_bytes:v1";
inline constexpr std::string_view kAccelerator = "beam:resources:accelerator:v1";
inline constexpr std::string_view kCpuCount = "beam:resources:cpu_count:v1";

inline constexpr std::string_view kDisplayLabelled = "beam:display_data:labelled:v1";

}  // namespace beam::urn
