// SPDX-License-Identifier: Apache-2.0
/// Capture files (`.scap`), as Sysdig and Falco write and read them.
///
/// [CaptureReader] takes a file apart block by block and tells a [CaptureVisitor]: first what the machine
/// was like when the recording began, then what happened. It holds one block at a time, so memory does not
/// grow with the file. A file that ends early or is damaged gives everything before the fault, then a
/// [CaptureFault] that says where and what.
package io.gatehouse.events.capture;
