// The metadata service of a machine of AWS, which gives its keys and its region.
#pragma once

namespace beam::internal {

// Makes AWS' client do without that service ($AWS_EC2_METADATA_DISABLED) where nobody is connected to at its address:
// it would try again and again, a second each, before it says that there are no keys. Left alone is what the
// environment says already, be it that, or where else the service is. Before the client is started.
void DoWithoutUnreachableMetadata();

}  // namespace beam::internal
