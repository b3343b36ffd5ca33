// Package ldap reads people from Active Directory and other LDAP servers (RFC 4511), by pages (RFC 2696).
//
// Keys: a person is known by objectGUID in Active Directory, written as Windows writes it, and by entryUUID (RFC 4530) elsewhere.
//
// Groups: in Active Directory the server walks nested groups (LDAP_MATCHING_RULE_IN_CHAIN, [MS-ADTS] 3.1.1.3.4.4.3), asked once for each group
// that the organisation's rules name; elsewhere groups are read and walked here, and groups that hold each other end.
//
// Invariants: an answer is everybody or an error: a page that fails, a limit of the server's, an entry without id or an account whose state
// cannot be read all make an error. Nothing is said before TLS, whose certificate is checked. No error has a name or anything of an entry.
package ldap

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	lib "github.com/go-ldap/ldap/v3"

	"samtjanst/integrations/people"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Times that a server has.
const (
	dialTimeout  = 10 * time.Second
	replyTimeout = 60 * time.Second
)

// maxEntries is how many entries are read at most: more than any municipality has.
const maxEntries = 200_000

// adCapability of a root DSE says that it is Active Directory ([MS-ADTS] 3.1.1.3.4.3.1).
const adCapability = "1.2.840.113556.1.4.800"

// Source is a directory.
type Source struct {
	cfg   Config
	named []string // groups
	tls   *tls.Config
	clock clock.Clock
}

// New makes a source. groups are those that rules name: the only ones that Active Directory is asked about. The error names the key that is wrong.
func New(c Config, groups []string, clk clock.Clock) (*Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	roots, err := tlsclient.Roots(c.RootsFile)
	if err != nil {
		return nil, fault.New("ldap.New", fault.Invalid, err)
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fault.New("ldap.New", fault.Invalid, nil)
	}
	return &Source{c, groups, &tls.Config{ServerName: u.Hostname(), RootCAs: roots, MinVersion: tls.VersionTLS12}, clk}, nil
}

// Everybody implements people.Source.
func (s *Source) Everybody(ctx context.Context) ([]people.Entry, error) {
	const op = "ldap.Everybody"
	conn, err := s.connect()
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // the library does not look at contexts
	r := &reading{Source: s, conn: conn}
	all, err := r.everybody()
	if ctx.Err() != nil {
		return nil, fault.New(op, fault.Unavailable, ctx.Err())
	}
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	return all, nil
}

func (s *Source) connect() (*lib.Conn, error) {
	conn, err := lib.DialURL(s.cfg.URL, lib.DialWithTLSConfig(s.tls), lib.DialWithDialer(&net.Dialer{Timeout: dialTimeout}))
	if err != nil {
		return nil, wrong("connect", err)
	}
	conn.SetTimeout(replyTimeout)
	if s.cfg.StartTLS {
		if err := conn.StartTLS(s.tls); err != nil {
			conn.Close()
			return nil, wrong("startTLS", err)
		}
	}
	if err := conn.Bind(s.cfg.BindDN, s.cfg.Password); err != nil {
		conn.Close()
		return nil, wrong("bind", err)
	}
	return conn, nil
}

// wrong turns what the library says into a fault, with the result code alone: a server's text may name somebody.
func wrong(what string, err error) error {
	const op = "ldap"
	var e *lib.Error
	if !errors.As(err, &e) {
		return fault.Newf(op, fault.Unavailable, "%s: no answer that can be read", what)
	}
	kind := fault.Unavailable
	switch e.ResultCode {
	case lib.LDAPResultInvalidCredentials, lib.LDAPResultInsufficientAccessRights, lib.LDAPResultInappropriateAuthentication, lib.LDAPResultStrongAuthRequired:
		kind = fault.Unauthorised
	case lib.LDAPResultNoSuchObject, lib.LDAPResultInvalidDNSyntax, lib.LDAPResultUndefinedAttributeType, lib.LDAPResultInappropriateMatching, lib.ErrorFilterCompile:
		kind = fault.Invalid
	}
	return fault.Newf(op, kind, "%s: result %d", what, e.ResultCode)
}

// reading is one answer that is being read.
type reading struct {
	*Source
	conn *lib.Conn
	dialect
}

func (r *reading) everybody() ([]people.Entry, error) {
	root, err := r.conn.Search(lib.NewSearchRequest("", lib.ScopeBaseObject, lib.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{"supportedCapabilities"}, nil))
	if err != nil {
		return nil, wrong("root DSE", err)
	}
	r.dialect = standard
	if len(root.Entries) == 1 && slices.Contains(root.Entries[0].GetAttributeValues("supportedCapabilities"), adCapability) {
		r.dialect = activeDirectory
	}
	r.attributes = r.cfg.Attributes.or(r.attributes)
	filter := r.cfg.Filter
	if filter == "" {
		filter = r.people
	}
	wanted := r.attributes.names()
	if r.active {
		wanted = append(wanted, "userAccountControl", "accountExpires")
	}
	found, err := r.search(r.cfg.Base, filter, wanted)
	if err != nil {
		return nil, err
	}
	byDN := map[string]int{}
	seen := map[string]bool{}
	all := make([]people.Entry, 0, len(found))
	for _, f := range found {
		e, err := r.entry(f)
		if err != nil {
			return nil, err
		}
		if seen[e.External] {
			return nil, fault.Newf("ldap", fault.Invalid, "two entries have the same id")
		}
		seen[e.External] = true
		byDN[normal(f.DN)] = len(all)
		all = append(all, e)
	}
	groups, err := r.groupsOf(filter, byDN)
	if err != nil {
		return nil, err
	}
	for i := range all {
		slices.Sort(groups[i])
		all[i].Groups = slices.Compact(groups[i])
	}
	return all, nil
}

// search reads all pages, or fails. Referrals are not followed: what another server has is another source.
func (r *reading) search(base, filter string, attributes []string) ([]*lib.Entry, error) {
	size := r.cfg.PageSize
	if size == 0 {
		size = 500
	}
	res, err := r.conn.SearchWithPaging(lib.NewSearchRequest(base, lib.ScopeWholeSubtree, lib.NeverDerefAliases, 0, 0, false, filter, attributes, nil), size)
	if err != nil {
		return nil, wrong("search", err)
	}
	if len(res.Entries) > maxEntries {
		return nil, fault.Newf("ldap", fault.Invalid, "over %d entries", maxEntries)
	}
	return res.Entries, nil
}

func (r *reading) entry(f *lib.Entry) (people.Entry, error) {
	a := r.attributes
	at := func(name string) string {
		if name == "" {
			return ""
		}
		return strings.TrimSpace(f.GetEqualFoldAttributeValue(name))
	}
	id, err := stableID(a.ID, f.GetEqualFoldRawAttributeValue(a.ID))
	if err != nil {
		return people.Entry{}, err
	}
	e := people.Entry{External: id, UserName: at(a.UserName), Name: at(a.Name), Phone: at(a.Phone), Email: at(a.Email), Title: at(a.Title), Department: at(a.Department),
		Organisation: at(a.Organisation), Active: true}
	if given, last := at(a.GivenName), at(a.Surname); given != "" && last != "" {
		e.Name = given + " " + last
	}
	if said := at(a.Number); said != "" {
		if e.Number, err = idno.Parse(said, r.clock.Now()); err != nil {
			e.Number, e.BadNumber = idno.Number{}, true
		}
	}
	if r.active {
		if e.Active, err = enabled(at("userAccountControl"), at("accountExpires"), r.clock.Now()); err != nil {
			return people.Entry{}, err
		}
	}
	return e, nil
}

// stableID writes an id as text. objectGUID is 16 bytes of which the first three groups stand with their least byte first ([MS-DTYP] 2.3.4.2).
func stableID(attribute string, raw []byte) (string, error) {
	if strings.EqualFold(attribute, "objectGUID") && len(raw) == 16 {
		return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(raw), binary.LittleEndian.Uint16(raw[4:]), binary.LittleEndian.Uint16(raw[6:]), raw[8:10], raw[10:]), nil
	}
	id := string(raw)
	if id == "" || len(id) > 200 || strings.EqualFold(attribute, "objectGUID") || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c == '@' || c > '~' }) {
		return "", fault.Newf("ldap", fault.Invalid, "an entry has no id in %s that could be its own for ever", attribute)
	}
	return id, nil
}

// Of userAccountControl ([MS-ADTS] 2.2.16) and accountExpires ( 100 ns since 1601, 0 and the greatest number never).
const (
	accountDisable = 0x2
	never          = 1<<63 - 1
	from1601       = 11_644_473_600 // seconds until 1970
)

// enabled reports whether an account can be used. What cannot be read is an error and not an answer.
func enabled(control, expires string, now time.Time) (bool, error) {
	bits, err := strconv.ParseInt(control, 10, 64)
	if err != nil {
		return false, fault.Newf("ldap", fault.Invalid, "an account's userAccountControl cannot be read")
	}
	ends := int64(0)
	if expires != "" {
		if ends, err = strconv.ParseInt(expires, 10, 64); err != nil {
			return false, fault.Newf("ldap", fault.Invalid, "an account's accountExpires cannot be read")
		}
	}
	if ends != 0 && ends != never && !now.Before(time.Unix(ends/1e7-from1601, 0)) {
		return false, nil
	}
	return bits&accountDisable == 0, nil
}

// normal writes a DN as it can be compared.
func normal(dn string) string {
	if d, err := lib.ParseDN(dn); err == nil {
		return strings.ToLower(d.String())
	}
	return strings.ToLower(dn)
}
