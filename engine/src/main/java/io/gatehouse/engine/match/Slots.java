// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

/// How many places of each sort a [Scratch] needs; handed out while a plan is bound.
final class Slots {
    private int texts;
    private int numbers;
    private int memos;
    private int lookups;

    int texts() {
        return texts;
    }

    int numbers() {
        return numbers;
    }

    int memos() {
        return memos;
    }

    int lookups() {
        return lookups;
    }

    int nextText() {
        return texts++;
    }

    int nextNumber() {
        return numbers++;
    }

    int nextMemo() {
        return memos++;
    }

    int nextLookup() {
        return lookups++;
    }
}
