// SPDX-License-Identifier: Apache-2.0
/// Recordings of acts: what containers did, as the kernel knew it, so that a policy can be tried on it afterwards.
///
/// A recording is a file of JSON lines after `ActRecording.v1alpha1.json`. Each line is a [RecordedLine]. Repetitions
/// are counted, not written out; what was lost stands in the recording.
package io.gatehouse.schemas.act;
