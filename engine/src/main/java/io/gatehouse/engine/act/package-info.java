// SPDX-License-Identifier: Apache-2.0
/// What containers did, judged and learned from without a kernel.
///
/// A recording ([io.gatehouse.schemas.act.RecordedLine]) is read and written by [RecordingText]. [ActJudge] says which
/// rules of a policy an act breaches, as the kernel would; [Preview] asks it of whole recordings. [Names] are what
/// paths of policies mean in one container, [Addresses] which blocks cover what was spoken to. Nothing here reads a
/// clock or a file.
package io.gatehouse.engine.act;
