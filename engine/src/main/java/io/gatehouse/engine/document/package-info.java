// SPDX-License-Identifier: Apache-2.0
/// A YAML or JSON document as one immutable tree whose every node knows where it was written.
///
/// The tree is untyped on purpose: what a reader does not know stays visible to it.
package io.gatehouse.engine.document;
