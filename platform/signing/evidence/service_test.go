package evidence_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

const (
	ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
	rsaSHA256   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

// service is one authority for all tests: keys take time.
var service = sync.OnceValue(func() *et.ServiceAuthority { return must(et.NewServiceAuthority(now.AddDate(-1, 0, 0))) })

func serviceDocument() evidence.ServiceDocument {
	return evidence.ServiceDocument{Reference: "Relay00000000000000AAAF3JQ", Text: text, Markdown: true, Hidden: hidden}
}

func serviceSubject(n idno.Number) et.ServiceSubject {
	return et.ServiceSubject{Number: n, GivenName: "Åsa-Lena", Surname: "Testsson", Context: et.ServiceContext{
		IdentityProvider: "https://idp.example.se/", Class: "http://id.elegnamnden.se/loa/1.0/loa3", Assertion: "_a1", Transaction: "t1",
		Instant: now.Add(-30 * time.Second)}}
}

// serviceCase is a document, who signs it and how; the zero value of a field is the ordinary.
type serviceCase struct {
	document  evidence.ServiceDocument
	subject   et.ServiceSubject
	algorithm string
	at        time.Time
	edit      et.ServiceEdit
	result    func(*evidence.ServiceResult)
}

func (c serviceCase) evidence() ([]byte, error) {
	if c.document.Reference == "" {
		c.document = serviceDocument()
	}
	if c.subject.Number.IsZero() {
		c.subject = serviceSubject(anna)
	}
	if c.algorithm == "" {
		c.algorithm = ecdsaSHA256
	}
	if c.at.IsZero() {
		c.at = now
	}
	signer := must(service().Issue(c.subject, now.Add(-time.Second)))
	task := et.ServiceTask{ToBeSigned: must(c.document.SignedInfo(c.algorithm)), SignatureID: c.document.SignatureID()}
	signed := must(signer.Sign(task, c.at, c.edit))
	r := evidence.ServiceResult{SignedInfo: signed.ToBeSigned, Object: signed.Object, Value: signed.Value, Certificates: signed.Certificates}
	if c.result != nil {
		c.result(&r)
	}
	return c.document.Finish(r)
}

func serviceAsked(xml []byte) evidence.Input {
	return evidence.Input{Received: evidence.Received{XML: xml, Roots: must(evidence.ParseRoots(service().RootPEM())), At: now.Add(20 * time.Second)},
		Use: evidence.Signing, Number: anna, Text: text, Markdown: true, Hidden: hidden}
}

func (c serviceCase) asked() evidence.Input { return serviceAsked(must(c.evidence())) }

func TestServiceValid(t *testing.T) {
	in := serviceCase{}.asked()
	in.Digest = evidence.Digest(in.XML, nil)
	v, err := evidence.VerifyService(in)
	if err != nil {
		t.Fatal(err)
	}
	if v.Number != anna || v.Name != "Åsa-Lena Testsson" || v.GivenName != "Åsa-Lena" || v.Surname != "Testsson" || v.Use != evidence.Signing ||
		!v.SignedAt.Equal(now) || v.Reference != serviceDocument().Reference || !bytes.Equal(v.Text, text) || !bytes.Equal(v.Hidden, hidden) ||
		v.Issuer != "Samtjänst Simulator Underskrift CA v1" || v.NotBefore.After(now) || v.NotAfter.Before(now) {
		t.Fatalf("got %+v", v)
	}
	want := evidence.AuthContext{IdentityProvider: "https://idp.example.se/", Class: "http://id.elegnamnden.se/loa/1.0/loa3",
		Instant: now.Add(-30 * time.Second), Assertion: "_a1", Transaction: "t1"}
	if v.Context == nil || *v.Context != want {
		t.Fatalf("got %+v", v.Context)
	}
}

func TestServiceValidVariants(t *testing.T) {
	subject := func(edit func(*et.ServiceSubject)) et.ServiceSubject {
		s := serviceSubject(anna)
		edit(&s)
		return s
	}
	plain := serviceDocument()
	plain.Markdown, plain.Hidden = false, nil
	for name, c := range map[string]serviceCase{
		"RSA":                       {algorithm: rsaSHA256, subject: subject(func(s *et.ServiceSubject) { s.Key = must(rsa.GenerateKey(rand.Reader, 2048)) })},
		"number with its semantics": {subject: subject(func(s *et.ServiceSubject) { s.Semantics = true })},
		"certificate for contentCommitment alone":     {subject: subject(func(s *et.ServiceSubject) { s.Usage = x509.KeyUsageContentCommitment })},
		"nothing about how the person was identified": {subject: subject(func(s *et.ServiceSubject) { s.NoContext = true })},
		"written by another XML library":              {edit: et.ServiceEdit{Foreign: true}},
		"root left out of the answer":                 {result: func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:2] }},
		"older form of the certificate's digest": {edit: et.ServiceEdit{Properties: func(s string) string {
			return strings.ReplaceAll(s, "SigningCertificateV2", "SigningCertificate")
		}}},
		"plain text, nothing hidden": {document: plain},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.asked()
			if !c.document.Markdown && c.document.Reference != "" {
				in.Markdown, in.Hidden = false, nil
			}
			if _, err := evidence.VerifyService(in); err != nil {
				t.Fatal(err)
			}
			xmlsec(t, in.XML)
		})
	}
}

// xmlsec has another implementation verify the same XML. Without it a test in CI fails; elsewhere it says what it did not check.
func xmlsec(t *testing.T, xml []byte) {
	t.Helper()
	path, err := exec.LookPath("xmlsec1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xmlsec1 is missing: apt-get install xmlsec1")
		}
		t.Log("not checked with xmlsec1, which is missing: apt-get install xmlsec1")
		return
	}
	dir := t.TempDir()
	file, root := filepath.Join(dir, "signed.xml"), filepath.Join(dir, "root.pem")
	for name, b := range map[string][]byte{file: xml, root: service().RootPEM()} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(path, "--verify", "--trusted-pem", root, "--verification-gmt-time", now.Format(time.DateTime),
		"--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--enabled-key-data", "x509", file).CombinedOutput()
	if err != nil {
		t.Fatalf("xmlsec1: %v: %s", err, out)
	}
}

func TestServiceEveryByteCounts(t *testing.T) {
	in := serviceCase{}.asked()
	codes := map[evidence.Code]int{}
	random := mathrand.New(mathrand.NewPCG(3, 4))
	for i := range in.XML {
		old := in.XML[i]
		in.XML[i] ^= []byte{1, 0x20, byte(1 + random.IntN(255))}[i%3]
		v, err := evidence.VerifyService(in)
		if err == nil {
			t.Fatalf("byte %d of %d, %q for %q: accepted: %v", i, len(in.XML), in.XML[i], old, v.Name)
		}
		codes[evidence.CodeOf(err)]++
		in.XML[i] = old
	}
	if codes[""] != 0 || codes[evidence.Structure] == 0 || codes[evidence.SignatureDigest] == 0 || codes[evidence.SignatureValue] == 0 || codes[evidence.Chain] == 0 {
		t.Errorf("found by %v", codes)
	}
	if _, err := evidence.VerifyService(in); err != nil {
		t.Fatalf("and unchanged: %v", err)
	}
}

func TestServiceDocument(t *testing.T) {
	d := serviceDocument()
	got, err := evidence.ParseServiceDocument(d.XML())
	if err != nil || got.Reference != d.Reference || !bytes.Equal(got.Text, d.Text) || !bytes.Equal(got.Hidden, d.Hidden) || !got.Markdown {
		t.Fatalf("got %+v, %v", got, err)
	}
	for _, other := range [][]byte{nil, []byte("<x/>"), append(d.XML(), '\n'), bytes.Replace(d.XML(), []byte("text/markdown"), []byte("text/html"), 1),
		bytes.Replace(d.XML(), []byte("<Hidden>"), []byte("<Hidden> "), 1), bytes.Replace(d.XML(), []byte("Relay"), []byte("å"), 1)} {
		if _, err := evidence.ParseServiceDocument(other); evidence.CodeOf(err) != evidence.Structure {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := d.SignedInfo("http://www.w3.org/2000/09/xmldsig#rsa-sha1"); evidence.CodeOf(err) != evidence.Algorithm {
		t.Errorf("SHA-1: %v", err)
	}
}

// A report to a person tells what is broken from what leads somewhere unknown.
func TestServiceUnanchored(t *testing.T) {
	in := serviceCase{}.asked()
	known, err := evidence.VerifyService(in)
	if err != nil || !known.Anchor.Known || known.Anchor.Name != "Samtjänst Simulator Underskrift Root CA v1" {
		t.Fatalf("got %+v, %v", known.Anchor, err)
	}
	in.Roots = evidence.Roots{}
	got, err := evidence.VerifyServiceUnanchored(in)
	if err != nil || got.Anchor.Known || got.Anchor.Name != "Samtjänst Simulator Underskrift CA v1" || got.Number != anna {
		t.Fatalf("got %+v, %v", got.Anchor, err)
	}
	in.Text = []byte("Annat")
	if _, err := evidence.VerifyServiceUnanchored(in); evidence.CodeOf(err) != evidence.WrongText {
		t.Fatalf("another text: %v", err)
	}
	alone := serviceCase{result: func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:1] }}.asked()
	if got, err := evidence.VerifyServiceUnanchored(alone); err != nil || got.Anchor.Known || got.Anchor.Name != "Åsa-Lena Testsson" {
		t.Fatalf("the signer's certificate alone: %+v, %v", got.Anchor, err)
	}
	s := serviceSubject(anna)
	s.Validity = time.Nanosecond
	for name, keep := range map[string]func(*evidence.ServiceResult){"with its issuer": nil, "alone": func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:1] }} {
		expired := serviceCase{subject: s, result: keep}.asked()
		if _, err := evidence.VerifyServiceUnanchored(expired); evidence.CodeOf(err) != evidence.Chain {
			t.Fatalf("expired, %s: %v", name, err)
		}
	}
}

// serviceStored is evidence kept in testdata: what was accepted once must stay so, and a fuzzer needs the same bytes in every process.
func serviceStored(t testing.TB) evidence.Input {
	t.Helper()
	if *update {
		for name, b := range map[string][]byte{"service.xml": must(serviceCase{}.evidence()), "service-root.pem": service().RootPEM()} {
			if err := os.WriteFile(filepath.Join("testdata", name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	in := evidence.Input{Use: evidence.Signing, Number: anna, Text: text, Markdown: true, Hidden: hidden}
	in.XML, in.At = must(os.ReadFile("testdata/service.xml")), now.Add(20*time.Second)
	in.Roots = must(evidence.ParseRoots(must(os.ReadFile("testdata/service-root.pem"))))
	return in
}

func TestServiceStored(t *testing.T) {
	if _, err := evidence.VerifyService(serviceStored(t)); err != nil {
		t.Fatal(err)
	}
}

// FuzzService: nothing but the stored bytes is accepted, and nothing makes the reading fall over.
func FuzzService(f *testing.F) {
	in := serviceStored(f)
	f.Add(in.XML)
	f.Add([]byte(`<SignedDocument xmlns="urn:samtjanst:signed-document:1"><Reference>x</Reference></SignedDocument>`))
	f.Fuzz(func(t *testing.T, xml []byte) {
		try := in
		try.XML = xml
		if _, err := evidence.VerifyService(try); err == nil && !bytes.Equal(xml, in.XML) {
			t.Fatalf("accepted: %q", xml)
		}
	})
}

func BenchmarkVerifyService(b *testing.B) {
	in := serviceStored(b)
	for b.Loop() {
		if _, err := evidence.VerifyService(in); err != nil {
			b.Fatal(err)
		}
	}
}
