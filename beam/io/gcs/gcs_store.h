// GcsStore: Google Cloud Storage by its JSON API (cloud.google.com/storage/docs/json_api). See object_store.h for what
// holds.
//
// Where it is: https://storage.googleapis.com, or $STORAGE_EMULATOR_HOST (an address with or without http://), which is
// asked as nobody. Proxies of the environment are used for the former alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "beam/io/gcs/gcs_http.h"
#include "beam/io/gcs/gcs_upload.h"
#include "beam/io/object_store.h"
#include "beam/io/object_store_options.h"

namespace beam::internal {

class GcsStore final : public ObjectStore {
 public:
  explicit GcsStore(std::shared_ptr<GcsHttp> http, GcsUploadSizes uploads = {})
      : http_(std::move(http)), uploads_(uploads) {}

  StoreAnswer Look(const std::string& name, ObjectInfo& info) override;
  bool lists_pages() const override { return true; }
  StoreAnswer ListPage(const PageRequest& request, ObjectPage& page) override;
  StoreAnswer Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) override;
  bool opens_by_reading() const override { return true; }
  StoreAnswer PutSome(const std::string& name, std::string_view bytes, PutProgress& progress) override;
  std::uint64_t largest_copy() const override { return UINT64_MAX; }
  StoreAnswer CopySome(const std::string& from, std::int64_t version, const std::string& to,
                       CopyProgress& progress) override;
  StoreAnswer Delete(const std::string& name) override;

 private:
  StoreAnswer LookForFolder(const std::string& folder, ObjectInfo& info);

  const std::shared_ptr<GcsHttp> http_;
  const GcsUploadSizes uploads_;
};

// The store as options and environment say.
StoreAnswer OpenGcsStore(const ObjectStoreOptions& options, std::unique_ptr<ObjectStore>& store);

}  // namespace beam::internal
