package directory_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/platform/directory"
)

// What is wrong with how an organisation's register follows its directory stops the start, with the key that is wrong.
func TestStaffSync(t *testing.T) {
	const town = "id: ekkoping\nname: Ekköpings kommun\nshort: Ekköping\ncode: \"9901\"\ncontact: {phone: 08-46500400, email: info@example.se}\n" +
		"accessibility: {statement: Ja, report: info@example.se}\nprivacy: Ja\nstaff:\n"
	load := func(staff string) (*directory.Directory, error) {
		return directory.Load(fstest.MapFS{"m/ekkoping.yaml": {Data: []byte(town + staff)}}, "m")
	}
	t.Setenv("TEST_SYNC_SECRET", strings.Repeat("x", 32))
	const ad = "{id: ad, url: 'ldaps://dc1.example.se', bindDN: cn=x, password: env:TEST_SYNC_SECRET, base: dc=x, every: 30m, attributes: {number: extensionAttribute3}}"
	const system = "{id: system, url: 'https://system.example.se/scim/v2', token: env:TEST_SYNC_SECRET}"
	d, err := load("  scim: {tokens: [env:TEST_SYNC_SECRET], number: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber'}\n  ldap: [" + ad + "]\n  outwards: [" + system + "]\n")
	if err != nil {
		t.Fatal(err)
	}
	if s := d.Tenants()[0].Staff; s.SCIM.Tokens[0] != strings.Repeat("x", 32) || s.LDAP[0].Password != s.SCIM.Tokens[0] || s.Outwards[0].Token != s.SCIM.Tokens[0] {
		t.Errorf("%+v", s.Sync)
	}
	for staff, want := range map[string]string{
		"  scim: {tokens: [kort]}":                                                                       "staff.scim.tokens[0]",
		"  scim: {tokens: [env:TEST_SYNC_NOTHING]}":                                                      "staff.scim.tokens[0]",
		"  scim: {number: userName}":                                                                     "staff.scim.number",
		"  ldap: [" + ad + ", " + ad + "]":                                                               "staff.ldap[1]",
		"  ldap: [{id: ad, url: 'ldaps://dc1.example.se'}]":                                              "staff.ldap[0]",
		"  outwards: [" + strings.Replace(system, "https", "http", 1) + "]":                              "staff.outwards[0]",
		"  ldap: [" + ad + "]\n  outwards: [" + strings.Replace(system, "id: system", "id: ad", 1) + "]": "staff.outwards[0]",
		"  scmi: {}": "scmi",
	} {
		if _, err := load(staff + "\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", staff, err)
		}
	}
}
