// Views: how a step sees a PCollection as its side input.
//
//   audio | ParDo("Amplify", Amplify{}, AsSingleton(gain), AsMap(gain_by_artist))
//
// AsMap is for looking up keys, each of which may have any number of values; engines send the values of those keys
// only.
#pragma once

#include "beam/model/pcollection.h"
#include "beam/model/side_input.h"

namespace beam {

template <class T>
struct SingletonView {
  PCollection<T> values;
};
template <class T>
struct IterableView {
  PCollection<T> values;
};
template <class K, class V>
struct MapView {
  PCollection<KV<K, V>> values;
};

template <class T>
SingletonView<T> AsSingleton(const PCollection<T>& values) {
  return {values};
}
template <class T>
IterableView<T> AsIterable(const PCollection<T>& values) {
  return {values};
}
template <class K, class V>
MapView<K, V> AsMap(const PCollection<KV<K, V>>& values) {
  return {values};
}

namespace internal {

template <class View>
struct SideParamOf {
  using Type = void;
};
template <class T>
struct SideParamOf<SingletonView<T>> {
  using Type = SideInput<T>;
};
template <class T>
struct SideParamOf<IterableView<T>> {
  using Type = SideIterable<T>;
};
template <class K, class V>
struct SideParamOf<MapView<K, V>> {
  using Type = SideMap<K, V>;
};

}  // namespace internal
}  // namespace beam
