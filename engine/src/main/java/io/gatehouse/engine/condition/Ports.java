// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Ports by the service that has them, as far as rules are likely to name them. A machine's own table is
/// not asked, so that a rule means the same everywhere.
final class Ports {
    private static final Map<String, Long> BY_SERVICE = table("""
            ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 time 37 domain 53 bootps 67 bootpc 68 tftp 69 gopher 70
            finger 79 http 80 www 80 kerberos 88 pop2 109 pop3 110 sunrpc 111 nntp 119 ntp 123 netbios-ns 137
            netbios-dgm 138 netbios-ssn 139 imap2 143 imap 143 snmp 161 snmp-trap 162 bgp 179 irc 194 ldap 389
            https 443 microsoft-ds 445 kpasswd 464 submissions 465 exec 512 login 513 shell 514 syslog 514
            printer 515 uucp 540 submission 587 ipp 631 ldaps 636 domain-s 853 rsync 873 ftps 990 telnets 992
            imaps 993 pop3s 995 socks 1080 openvpn 1194 ms-sql-s 1433 ms-sql-m 1434 radius 1812 nfs 2049
            iscsi-target 3260 mysql 3306 ms-wbt-server 3389 svn 3690 epmd 4369 sip 5060 sip-tls 5061 xmpp-client 5222
            mdns 5353 postgresql 5432 amqps 5671 amqp 5672 x11 6000 redis 6379 ircs-u 6697 http-alt 8080 puppet 8140
            git 9418 zabbix-agent 10050 zabbix-trapper 10051
            """);

    private Ports() {}

    static Optional<Long> byService(String name) {
        return Optional.ofNullable(BY_SERVICE.get(name));
    }

    private static Map<String, Long> table(String text) {
        var words = text.split("\\s+");
        var table = new HashMap<String, Long>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            table.put(words[i], Long.valueOf(words[i + 1]));
        }
        return Map.copyOf(table);
    }
}
