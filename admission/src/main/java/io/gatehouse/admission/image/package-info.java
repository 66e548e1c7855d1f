// SPDX-License-Identifier: Apache-2.0
/// Whether an image holds a system: shells, package managers, setuid programs and the like.
///
/// [Inspector] reads an image and reaches an [ImageVerdict]; it blocks. [Inspections] has workers do that
/// and remembers, so that the gate can ask [Images] within a request and never waits. A verdict depends
/// on the image's digest, the platform and [Inspector#VERSION] alone.
package io.gatehouse.admission.image;
