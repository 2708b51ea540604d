// KV: the pair that GroupByKey and everything per key works on. Beam's beam:coder:kv:v1.
//
//   KV<std::string, std::int64_t>{"abc", 1}  is  03 61 62 63 01: the key nested, then the value in the KV's own
//   context.
#pragma once

namespace beam {

template <class K, class V>
struct KV {
  K key;
  V value;

  bool operator==(const KV&) const = default;
};

template <class K, class V>
KV(K, V) -> KV<K, V>;

// A value that carries nothing, such as the key under which a global combine collects. On the wire it is an empty byte
// string (beam:coder:bytes:v1), which every runner and SDK can read: 00 nested, no byte at all in the outer context.
struct Void {
  bool operator==(const Void&) const = default;
};

}  // namespace beam
