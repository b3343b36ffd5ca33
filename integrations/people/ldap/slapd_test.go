package ldap_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	lib "github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/integrations/people"
	"samtjanst/integrations/people/ldap"
	"samtjanst/integrations/people/peopletest"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

const base = "dc=example,dc=se"

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// slapd is a real server of Debian's with nobody in it.
type slapd struct {
	t     testing.TB
	dir   string
	plain string // ldap://127.0.0.1:port
	root  *lib.Conn
	cmd   *exec.Cmd
}

func newSlapd(t testing.TB) *slapd {
	t.Helper()
	program, err := exec.LookPath("slapd")
	if err != nil {
		program = "/usr/sbin/slapd" // where Debian puts it, which is not in everybody's path
	}
	s := &slapd{t: t, dir: t.TempDir()}
	s.certificate()
	if err := os.Mkdir(filepath.Join(s.dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	conf := `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCertificateFile DIR/cert.pem
TLSCertificateKeyFile DIR/key.pem
database mdb
maxsize 104857600
dbnosync
suffix "dc=example,dc=se"
rootdn "cn=root,dc=example,dc=se"
rootpw hemligt
directory DIR/db
overlay memberof
memberof-dangling ignore
limits dn.exact="cn=short,dc=example,dc=se" size.pr=unlimited size.prtotal=10
limits * size=unlimited size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
`
	if err := os.WriteFile(filepath.Join(s.dir, "slapd.conf"), []byte(strings.ReplaceAll(conf, "DIR", s.dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.plain = "ldap://" + l.Addr().String()
	l.Close()
	var said bytes.Buffer
	s.cmd = exec.Command(program, "-f", filepath.Join(s.dir, "slapd.conf"), "-h", s.plain, "-d", "0")
	s.cmd.Stdout, s.cmd.Stderr = &said, &said
	if err := s.cmd.Start(); err != nil {
		t.Fatal("slapd is needed (platform/server/test-deps.sh): ", err)
	}
	t.Cleanup(s.stop)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if s.root, err = lib.DialURL(s.plain); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("slapd does not answer: %v\n%s", err, said.String())
		}
	}
	t.Cleanup(func() { s.root.Close() })
	if err := s.root.Bind("cn=root,"+base, "hemligt"); err != nil {
		t.Fatal(err)
	}
	s.add(base, "objectClass", "dcObject", "objectClass", "organization", "dc", "example", "o", "Ekköpings kommun")
	for _, ou := range []string{"people", "groups"} {
		s.add("ou="+ou+","+base, "objectClass", "organizationalUnit", "ou", ou)
	}
	for _, reader := range []string{"reader", "short"} {
		s.add("cn="+reader+","+base, "objectClass", "applicationProcess", "objectClass", "simpleSecurityObject", "cn", reader, "userPassword", "läsa")
	}
	return s
}

func (s *slapd) stop() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// certificate is for 127.0.0.1, signed by itself.
func (s *slapd) certificate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "slapd"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(filepath.Join(s.dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *slapd) add(dn string, attributes ...string) {
	s.t.Helper()
	r := lib.NewAddRequest(dn, nil)
	values := map[string][]string{}
	for i := 0; i < len(attributes); i += 2 {
		values[attributes[i]] = append(values[attributes[i]], attributes[i+1])
	}
	for name, v := range values {
		r.Attribute(name, v)
	}
	if err := s.root.Add(r); err != nil {
		s.t.Fatal(dn, err)
	}
}

func person(uid string) string { return "uid=" + uid + ",ou=people," + base }

func group(cn string) string { return "cn=" + cn + ",ou=groups," + base }

func (s *slapd) config() ldap.Config {
	return ldap.Config{ID: "ldap", URL: s.plain, StartTLS: true, RootsFile: filepath.Join(s.dir, "cert.pem"), BindDN: "cn=reader," + base, Password: "läsa", Base: "ou=people," + base,
		GroupBase: "ou=groups," + base, PageSize: 10, Attributes: ldap.Attributes{Number: "employeeNumber"}}
}

func source(t testing.TB, c ldap.Config) *ldap.Source {
	t.Helper()
	s, err := ldap.New(c, nil, clock.NewManual(now))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Everybody is read from a real server, by pages and over TLS, with groups within groups that hold each other; and what is not the whole answer is an
// error: a limit of the server's, another password, a certificate of somebody else's, a server that is gone.
func TestSlapd(t *testing.T) {
	srv := newSlapd(t)
	for i := range 25 {
		uid := fmt.Sprintf("u%02d", i)
		srv.add(person(uid), "objectClass", "inetOrgPerson", "uid", uid, "cn", "Nr "+uid, "sn", "Testsson")
	}
	srv.add(person("sanna"), "objectClass", "inetOrgPerson", "uid", "sanna", "cn", "Sanna P", "givenName", "Sanna", "sn", "Provberg", "mail", "sanna@example.se", "mobile", "070-174 06 05",
		"title", "Socialsekreterare", "departmentNumber", "Socialjouren", "o", "Ekköping", "employeeNumber", "19840312-2388")
	srv.add(group("Inner"), "objectClass", "groupOfNames", "cn", "Inner", "member", person("sanna"), "member", group("Outer"))
	srv.add(group("Outer"), "objectClass", "groupOfNames", "cn", "Outer", "member", strings.ToUpper(group("Inner")), "member", person("u00"))
	srv.add(group("Unique"), "objectClass", "groupOfUniqueNames", "cn", "Unique", "uniqueMember", person("u01"), "uniqueMember", "uid=nobody,"+base)

	ok := source(t, srv.config())
	peopletest.Source(t, ok)
	all, err := ok.Everybody(t.Context())
	if err != nil || len(all) != 26 {
		t.Fatal(len(all), err)
	}
	got := map[string]people.Entry{}
	for _, e := range all {
		got[e.UserName] = e
	}
	want := people.Entry{UserName: "sanna", Name: "Sanna Provberg", Number: idno.Must("198403122388"), Phone: "070-174 06 05", Email: "sanna@example.se", Title: "Socialsekreterare",
		Department: "Socialjouren", Organisation: "Ekköping", Groups: []string{"Inner", "Outer"}, Active: true}
	if diff := cmp.Diff(want, got["sanna"], cmpopts.IgnoreFields(people.Entry{}, "External"), cmp.Comparer(func(a, b idno.Number) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	for uid, groups := range map[string][]string{"u00": {"Inner", "Outer"}, "u01": {"Unique"}, "u02": nil} {
		if diff := cmp.Diff(groups, got[uid].Groups); diff != "" {
			t.Error(uid, diff)
		}
	}
	id := got["sanna"].External
	if err := srv.root.ModifyDN(lib.NewModifyDNRequest(person("sanna"), "uid=snna", true, "")); err != nil {
		t.Fatal(err)
	}
	again, err := ok.Everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range again {
		if e.External == id && e.UserName != "snna" {
			t.Errorf("by another name the id is %+v's", e)
		}
	}

	for what, c := range map[string]struct {
		change func(*ldap.Config)
		kind   fault.Kind
	}{
		"the server's limit":   {func(c *ldap.Config) { c.BindDN = "cn=short," + base }, fault.Unavailable},
		"another password":     {func(c *ldap.Config) { c.Password = "fel" }, fault.Unauthorised},
		"another base":         {func(c *ldap.Config) { c.Base = "ou=elsewhere," + base }, fault.Invalid},
		"no trusted root":      {func(c *ldap.Config) { c.RootsFile = "" }, fault.Unavailable},
		"mail as id":           {func(c *ldap.Config) { c.Attributes.ID, c.Filter = "mail", "(mail=*)" }, fault.Invalid},
		"an id that is no own": {func(c *ldap.Config) { c.Attributes.ID = "sn" }, fault.Invalid},
		"nobody there":         {func(c *ldap.Config) { c.URL = "ldap://127.0.0.1:1" }, fault.Unavailable},
	} {
		cfg := srv.config()
		c.change(&cfg)
		if all, err := source(t, cfg).Everybody(t.Context()); all != nil || fault.KindOf(err) != c.kind {
			t.Errorf("%s: %d people, %v", what, len(all), err)
		}
	}
	srv.stop()
	if all, err := ok.Everybody(t.Context()); all != nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a server that is gone: %d people, %v", len(all), err)
	}
}
