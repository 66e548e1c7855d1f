// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.state.Account.Group;
import io.gatehouse.events.state.Account.User;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Users and groups of the host and of each container.
public final class Accounts {
    private final Limits limits;
    private final Losses losses;
    private final Map<String, Book> books = new HashMap<>();
    private final Book host = new Book();
    private int size;
    private int changes;

    Accounts(Limits limits, Losses losses) {
        this.limits = limits;
        this.losses = losses;
        books.put("", host);
    }

    private AccountSource source = (container, task) -> Optional.empty();

    private static final class Book {
        private final LongMap<User> users = new LongMap<>(8);
        private final LongMap<Group> groups = new LongMap<>(8);
    }

    /// From now on, accounts that are not known are looked up there.
    public void source(AccountSource accounts) {
        source = accounts;
    }

    /// Looks up the accounts of a task's container, if one of the task's is not known.
    void lookUp(Task task) {
        var container = task.containerId();
        var read = source.read(container, task).orElse(null);
        if (read == null) {
            return;
        }
        if (!container.isEmpty()) {
            removeContainer(container); // it writes the files itself: what it says now is all it gets
        }
        read.users().stream()
                .filter(user -> !AccountNews.isDirective(user.name()))
                .forEach(user -> add(container, user));
        read.groups().stream()
                .filter(group -> !AccountNews.isDirective(group.name()))
                .forEach(group -> add(container, group));
    }

    /// Null if unknown.
    ///
    /// @param container its id, empty for the host
    public User user(String container, long uid) {
        var book = books.get(container);
        return book == null ? null : book.users.get(uid);
    }

    /// Null if unknown.
    public Group group(String container, long gid) {
        var book = books.get(container);
        return book == null ? null : book.groups.get(gid);
    }

    void forEachOfHost(Consumer<User> users, Consumer<Group> groups) {
        host.users.forEach(users);
        host.groups.forEach(groups);
    }

    public int size() {
        return size;
    }

    /// Grows with every change, so that whoever keeps an answer knows when to ask again.
    int changes() {
        return changes;
    }

    void add(String container, User user) {
        var book = roomFor(container);
        if (book != null && book.users.put(user.id(), user) == null) {
            size++;
        }
    }

    void add(String container, Group group) {
        var book = roomFor(container);
        if (book != null && book.groups.put(group.id(), group) == null) {
            size++;
        }
    }

    void removeUser(String container, long uid) {
        var book = books.get(container);
        if (book != null && book.users.remove(uid) != null) {
            size--;
            changes++;
        }
    }

    void removeGroup(String container, long gid) {
        var book = books.get(container);
        if (book != null && book.groups.remove(gid) != null) {
            size--;
            changes++;
        }
    }

    /// Forgets the users and groups of a container that is gone.
    void removeContainer(String container) {
        var book = books.remove(container);
        if (book != null) {
            size -= book.users.size() + book.groups.size();
            changes++;
        }
    }

    private Book roomFor(String container) {
        if (size >= limits.accounts()) {
            losses.accounts++;
            return null;
        }
        changes++;
        return books.computeIfAbsent(container, id -> new Book());
    }
}
