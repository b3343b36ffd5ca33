package ldap_test

import (
	"encoding/binary"
	"net"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	lib "github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/people"
	"samtjanst/integrations/people/ldap"
	"samtjanst/integrations/people/peopletest"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// fake is a server of a protocol that is LDAP's as far as it goes: it answers a search by its filter, and where told to, nonsense.
type fake struct {
	t       *testing.T
	entries func(filter string) map[string]map[string]string // DN → attribute → value
	result  uint16                                           // of searches below the base
	raw     []byte                                           // sent in place of an answer to a search below the base
	hangUp  bool                                             // after half of the entries
	filters []string                                         // that were asked
}

func (f *fake) listen() string {
	f.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.serve(c)
		}
	}()
	return "ldap://" + l.Addr().String()
}

func (f *fake) serve(c net.Conn) {
	defer c.Close()
	for {
		p, err := ber.ReadPacket(c)
		if err != nil || len(p.Children) < 2 {
			return
		}
		send := func(op *ber.Packet) bool {
			m := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
			m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, p.Children[0].Value, ""))
			m.AppendChild(op)
			_, err := c.Write(m.Bytes())
			return err == nil
		}
		done := func(tag ber.Tag, code uint16) *ber.Packet {
			r := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
			r.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, uint64(code), ""))
			r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
			r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "uid=sanna: en hemlighet", ""))
			return r
		}
		switch p.Children[1].Tag {
		case lib.ApplicationBindRequest:
			send(done(lib.ApplicationBindResponse, 0))
		case lib.ApplicationSearchRequest:
			base, _ := p.Children[1].Children[0].Value.(string)
			filter, err := lib.DecompileFilter(p.Children[1].Children[6])
			if err != nil {
				return
			}
			entries, code := f.entries(filter), f.result
			if base == "" {
				entries, code = map[string]map[string]string{"": {"supportedCapabilities": "1.2.840.113556.1.4.800"}}, 0
			} else if f.raw != nil {
				_, _ = c.Write(f.raw)
				return
			} else {
				f.filters = append(f.filters, filter)
			}
			sent := 0
			for dn, attributes := range entries {
				if f.hangUp && base != "" && sent >= len(entries)/2 {
					return
				}
				sent++
				e := ber.Encode(ber.ClassApplication, ber.TypeConstructed, lib.ApplicationSearchResultEntry, nil, "")
				e.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, dn, ""))
				all := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
				for name, value := range attributes {
					a := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
					a.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, name, ""))
					set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
					set.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, value, ""))
					a.AppendChild(set)
					all.AppendChild(a)
				}
				e.AppendChild(all)
				if !send(e) {
					return
				}
			}
			send(done(lib.ApplicationSearchResultDone, code))
		default:
			return
		}
	}
}

// guid is objectGUID as Active Directory sends it, of 00112233-4455-6677-8899-aabbccddee and the number.
func guid(n byte) string {
	b := binary.LittleEndian.AppendUint32(nil, 0x00112233)
	b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, 0x4455), 0x6677)
	return string(append(b, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, n))
}

const anna, bo = "CN=Anna Testsson,OU=Personal,DC=example,DC=se", "CN=Bo Testsson,OU=Personal,DC=example,DC=se"

// office is an Active Directory with Anna, who is in GG-Chefer by way of another group, and three whose accounts are not to be used.
func office(filter string) map[string]map[string]string {
	account := func(n byte, upn, control, expires string) map[string]string {
		return map[string]string{"objectGUID": guid(n), "userPrincipalName": upn, "displayName": upn, "userAccountControl": control, "accountExpires": expires}
	}
	switch {
	case strings.Contains(filter, "memberOf:1.2.840.113556.1.4.1941:=CN=GG-Chefer,DC=example,DC=se"):
		return map[string]map[string]string{anna: {"objectGUID": guid(1)}}
	case strings.Contains(filter, "(objectClass=group)") && strings.Contains(filter, "cn=GG-Chefer"):
		return map[string]map[string]string{"CN=GG-Chefer,DC=example,DC=se": {"cn": "GG-Chefer"}}
	case strings.Contains(filter, "(objectClass=group)"):
		return nil
	}
	return map[string]map[string]string{
		anna:                        account(1, "anna@example.se", "512", "9223372036854775807"),
		bo:                          account(2, "bo@example.se", "514", "0"),                       // disabled
		"CN=Cilla,DC=example,DC=se": account(3, "cilla@example.se", "66048", "134299872000000000"), // until August 2026
		"CN=Disa,DC=example,DC=se":  account(4, "disa@example.se", "512", "134700000000000000"),    // until some time in 2027
	}
}

func (f *fake) source(change func(*ldap.Config)) *ldap.Source {
	f.t.Helper()
	c := ldap.Config{ID: "ad", URL: f.listen(), BindDN: "CN=reader,DC=example,DC=se", Password: "läsa", Base: "DC=example,DC=se"}
	if change != nil {
		change(&c)
	}
	s, err := ldap.New(c, []string{"GG-Chefer", "Finns (inte)"}, clock.NewManual(now))
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// Active Directory is known by its capabilities: ids, accounts and groups are read as it has them, and it walks nested groups itself.
func TestActiveDirectory(t *testing.T) {
	f := &fake{t: t, entries: office}
	s := f.source(nil)
	peopletest.Source(t, s)
	f.filters = nil
	all, err := s.Everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]people.Entry{}
	for _, e := range all {
		got[e.UserName] = e
	}
	if e := got["anna@example.se"]; e.External != "00112233-4455-6677-8899-aabbccddee01" || !e.Active || cmp.Diff([]string{"GG-Chefer"}, e.Groups) != "" {
		t.Errorf("%+v", e)
	}
	for who, active := range map[string]bool{"bo@example.se": false, "cilla@example.se": false, "disa@example.se": true} {
		if e := got[who]; e.Active != active || len(e.Groups) > 0 {
			t.Errorf("%+v", e)
		}
	}
	want := []string{"(&(objectCategory=person)(objectClass=user))", "(&(objectClass=group)(|(cn=GG-Chefer)(sAMAccountName=GG-Chefer)))",
		"(&(&(objectCategory=person)(objectClass=user))(memberOf:1.2.840.113556.1.4.1941:=CN=GG-Chefer,DC=example,DC=se))",
		`(&(objectClass=group)(|(cn=Finns \28inte\29)(sAMAccountName=Finns \28inte\29)))`}
	if diff := cmp.Diff(want, f.filters); diff != "" {
		t.Error(diff)
	}
}

// A server that answers nonsense has said of nobody that he or she left, and nothing of what it says is passed on.
func TestNonsense(t *testing.T) {
	with := func(attribute, value string) func(string) map[string]map[string]string {
		return func(filter string) map[string]map[string]string {
			all := office(filter)
			if a := all[bo]; a != nil {
				a[attribute] = value
			}
			return all
		}
	}
	for what, c := range map[string]struct {
		fake
		kind fault.Kind
	}{
		"busy":                     {fake{entries: office, result: lib.LDAPResultBusy}, fault.Unavailable},
		"a limit":                  {fake{entries: office, result: lib.LDAPResultSizeLimitExceeded}, fault.Unavailable},
		"not any more":             {fake{entries: office, result: lib.LDAPResultInsufficientAccessRights}, fault.Unauthorised},
		"half of it":               {fake{entries: office, hangUp: true}, fault.Unavailable},
		"another protocol":         {fake{entries: office, raw: []byte("HTTP/1.1 200 OK\r\n\r\n<html>")}, fault.Unavailable},
		"a length that never ends": {fake{entries: office, raw: []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02}}, fault.Unavailable},
		"no id":                    {fake{entries: with("objectGUID", "")}, fault.Invalid},
		"a short id":               {fake{entries: with("objectGUID", "0123456789")}, fault.Invalid},
		"somebody else's id":       {fake{entries: with("objectGUID", guid(1))}, fault.Invalid},
		"an account of no state":   {fake{entries: with("userAccountControl", "")}, fault.Invalid},
		"an account of nonsense":   {fake{entries: with("userAccountControl", "ja")}, fault.Invalid},
		"a date that is none":      {fake{entries: with("accountExpires", "aldrig")}, fault.Invalid},
	} {
		c.t = t
		all, err := c.source(nil).Everybody(t.Context())
		if all != nil || fault.KindOf(err) != c.kind {
			t.Errorf("%s: %d people, %v", what, len(all), err)
		}
		if err != nil && (strings.Contains(err.Error(), "hemlighet") || strings.Contains(err.Error(), "Testsson")) {
			t.Errorf("%s tells: %v", what, err)
		}
	}
}

func TestConfig(t *testing.T) {
	ok := ldap.Config{ID: "ad", URL: "ldaps://dc1.example.se", BindDN: "cn=x", Password: "x", Base: "dc=x"}
	if err := ok.Validate(); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(*ldap.Config){"no password": func(c *ldap.Config) { c.Password = "" }, "in the clear": func(c *ldap.Config) { c.URL = "ldap://dc1.example.se" },
		"TLS twice": func(c *ldap.Config) { c.StartTLS = true }, "another protocol": func(c *ldap.Config) { c.URL = "https://dc1.example.se" }, "a filter": func(c *ldap.Config) { c.Filter = "(uid=" },
		"often": func(c *ldap.Config) { c.Every = 1 }, "more than all": func(c *ldap.Config) { c.MostLost = 101 }} {
		c := ok
		if change(&c); fault.KindOf(c.Validate()) != fault.Invalid {
			t.Errorf("%s is taken", what)
		}
	}
}
