package evidence_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

var (
	now    = time.Date(2026, 3, 4, 10, 11, 12, 0, time.UTC)
	anna   = idno.Must("199001012385")
	bo     = idno.Must("198506012387")
	text   = []byte("Ansökan om skolskjuts\nÄrende EK-2026-1\n")
	hidden = []byte(`{"manifest":"sha256-…"}`)
)

// bank is one authority for all tests: keys take time.
var bank = sync.OnceValue(func() *et.Authority { return must(et.NewAuthority(now.AddDate(-1, 0, 0))) })

var (
	annasCard = sync.OnceValue(func() *et.Holder { return issue(et.Subject{Number: anna}) })
	bosCard   = sync.OnceValue(func() *et.Holder { return issue(et.Subject{Number: bo}) })
)

func issue(s et.Subject) *et.Holder {
	s.GivenName, s.Surname = "Åsa-Lena", "Testsson"
	return must(bank().Issue(s, now.AddDate(0, -1, 0)))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func content() et.Content {
	return et.Content{Text: text, Hidden: hidden, Service: "Ekköpings kommun"}
}

// input is the evidence of h signing c, with what was asked of Anna.
func input(h *et.Holder, c et.Content, e et.Edit, a et.Answer) evidence.Input {
	xml := must(h.SignEdited(c, e))
	in := asked(xml)
	in.OCSP = must(h.OCSP(xml, now, a))
	return in
}

func asked(xml []byte) evidence.Input {
	return evidence.Input{
		Received: evidence.Received{XML: xml, Roots: must(evidence.ParseRoots(bank().RootPEM())), At: now.Add(20 * time.Second)},
		Use:      evidence.Signing, Number: anna, Text: text, Hidden: hidden,
	}
}

// valid is a good signature of Anna's.
func valid() evidence.Input { return input(annasCard(), content(), et.Edit{}, et.Answer{}) }

// resealed replaces the XML and has the OCSP answer made for the new bytes, as a forger with a friend at the bank could.
func resealed(in evidence.Input, xml string) evidence.Input {
	in.XML = []byte(xml)
	in.OCSP = must(annasCard().OCSP(in.XML, now, et.Answer{}))
	return in
}

func TestValid(t *testing.T) {
	in := valid()
	in.Digest = evidence.Digest(in.XML, in.OCSP)
	v, err := evidence.VerifyBankID(in)
	if err != nil {
		t.Fatal(err)
	}
	if v.Number != anna || v.Name != "Åsa-Lena Testsson" || v.GivenName != "Åsa-Lena" || v.Surname != "Testsson" ||
		v.Method != evidence.Mobile || !v.OCSPTime.Equal(now) || v.Service != "Ekköpings kommun" || v.Use != evidence.Signing ||
		!v.NotBefore.Before(now) || !v.NotAfter.After(now) || !bytes.Equal(v.Text, text) || !bytes.Equal(v.Hidden, hidden) {
		t.Fatalf("got %+v", v)
	}
}

func TestValidVariants(t *testing.T) {
	onlySigning := issue(et.Subject{Number: anna, Usage: x509.KeyUsageContentCommitment, Policy: "1.2.752.78.1.2"})
	for name, in := range map[string]evidence.Input{
		"markdown": func() evidence.Input {
			c := content()
			c.Markdown = true
			in := input(annasCard(), c, et.Edit{}, et.Answer{})
			in.Markdown = true
			return in
		}(),
		"nothing hidden": func() evidence.Input {
			c := content()
			c.Hidden = nil
			in := input(annasCard(), c, et.Edit{}, et.Answer{})
			in.Hidden = nil
			return in
		}(),
		"login of anybody": func() evidence.Input {
			in := input(annasCard(), et.Content{Login: true}, et.Edit{}, et.Answer{})
			in.Use, in.Number, in.Text, in.Hidden = evidence.Identification, idno.Number{}, nil, nil
			return in
		}(),
		"certificate for signing only": input(onlySigning, content(), et.Edit{}, et.Answer{}),
		"answer by the CA itself":      input(annasCard(), content(), et.Edit{}, et.Answer{Direct: true}),
		"nonce wrapped as in RFC 8954": input(annasCard(), content(), et.Edit{}, et.Answer{WrappedNonce: true}),
		"certificate named by SHA-256": input(annasCard(), content(), et.Edit{}, et.Answer{SHA256: true}),
		"issuers sent along":           input(annasCard(), content(), et.Edit{}, et.Answer{Extra: [][]byte{certificateIn(valid().XML, 1), certificateIn(valid().XML, 2)}}),
		"answer with an end":           input(annasCard(), content(), et.Edit{}, et.Answer{NextUpdate: now.Add(time.Minute)}),
		"broken base64 lines": input(annasCard(), content(), et.Edit{KeyInfo: func(s string) string {
			return strings.Replace(s, "<X509Certificate>MII", "<X509Certificate>MI\nI", 1)
		}}, et.Answer{}),
		"white space between parts": func() evidence.Input {
			in := valid()
			return resealed(in, strings.Replace(string(in.XML), "<Object>", "\n  <Object>\n", 1))
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := evidence.VerifyBankID(in); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// certificateIn is one of the certificates that a signature carries, DER.
func certificateIn(xml []byte, n int) []byte {
	text, _, _ := strings.Cut(strings.Split(string(xml), "<X509Certificate>")[n+1], "<")
	return must(base64.StdEncoding.DecodeString(text))
}

// One changed byte anywhere is found, with nothing stored beside the evidence: the nonce covers every byte of the XML, and
// the OCSP answer has one encoding.
func TestEveryByteCounts(t *testing.T) {
	in := valid()
	random := rand.New(rand.NewPCG(1, 2))
	codes := map[evidence.Code]int{}
	try := func(b []byte, i int, with byte) {
		old := b[i]
		b[i] = with
		v, err := evidence.VerifyBankID(in)
		if err == nil {
			t.Fatalf("byte %d of %d, %q for %q: accepted: %v", i, len(b), with, old, v.Name)
		}
		codes[evidence.CodeOf(err)]++
		b[i] = old
	}
	for range 1000 {
		i := random.IntN(len(in.XML) + len(in.OCSP))
		b := in.XML
		if i >= len(b) {
			b, i = in.OCSP, i-len(in.XML)
		}
		try(b, i, b[i]^byte(1+random.IntN(255)))
	}
	for i := range in.OCSP {
		try(in.OCSP, i, in.OCSP[i]^1)
		try(in.OCSP, i, in.OCSP[i]^0x20)
	}
	// White space where nothing is signed.
	i := bytes.Index(in.XML, []byte("</SignatureValue>\n")) + len("</SignatureValue>")
	try(in.XML, i, ' ')
	if codes[evidence.OCSPSignature] == 0 || codes[evidence.SignatureDigest] == 0 || codes[evidence.OCSPNonce] == 0 || codes[""] != 0 {
		t.Errorf("found by %v", codes)
	}
	if _, err := evidence.VerifyBankID(in); err != nil {
		t.Fatalf("and unchanged: %v", err)
	}
}

func TestParseRoots(t *testing.T) {
	key := must(bank().PEM())
	person := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificateIn(valid().XML, 0)})
	for name, text := range map[string][]byte{"empty": nil, "no PEM": []byte("hej"), "a private key": key, "a person's": person,
		"damaged": bytes.Replace(bank().RootPEM(), []byte("MII"), []byte("AAA"), 1)} {
		if _, err := evidence.ParseRoots(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := evidence.ParseRoots(append(bank().RootPEM(), bank().RootPEM()...)); err != nil {
		t.Error(err)
	}
}

func TestAuthoritySurvivesStorage(t *testing.T) {
	again := must(et.LoadAuthority(must(bank().PEM())))
	h := must(again.Issue(et.Subject{Number: anna, GivenName: "Anna", Surname: "Testsson"}, now.AddDate(0, -1, 0)))
	if _, err := evidence.VerifyBankID(input(h, content(), et.Edit{}, et.Answer{})); err != nil {
		t.Fatal(err)
	}
	if _, err := et.LoadAuthority([]byte("hej")); err == nil {
		t.Fatal("read nonsense")
	}
}

var update = flag.Bool("update", false, "make the stored evidence in testdata anew")

// stored is evidence kept in testdata: what was accepted once must stay so, and a fuzzer needs the same bytes in every process.
func stored(t testing.TB) evidence.Input {
	t.Helper()
	parts := map[string]*[]byte{"signed.xml": new([]byte), "signed.ocsp": new([]byte), "root.pem": new([]byte)}
	if *update {
		in := valid()
		*parts["signed.xml"], *parts["signed.ocsp"], *parts["root.pem"] = in.XML, in.OCSP, bank().RootPEM()
	}
	for name, b := range parts {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, *b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if *b, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	in := asked(*parts["signed.xml"])
	in.OCSP, in.Roots = *parts["signed.ocsp"], must(evidence.ParseRoots(*parts["root.pem"]))
	return in
}

func TestStored(t *testing.T) {
	if _, err := evidence.VerifyBankID(stored(t)); err != nil {
		t.Fatal(err)
	}
}

// FuzzVerifyBankID: nothing but what was signed is accepted, nothing panics, and every refusal has its code.
func FuzzVerifyBankID(f *testing.F) {
	in := stored(f)
	f.Add(in.XML, in.OCSP)
	f.Add([]byte(strings.Replace(string(in.XML), "<Object>", "<Object Id=\"bidSignedData\">", 1)), in.OCSP)
	f.Add([]byte(strings.Replace(string(in.XML), "<env>", "<env>&amp;&#13;", 1)), in.OCSP)
	f.Add(in.XML, append([]byte(nil), in.OCSP[4:]...))
	f.Fuzz(func(t *testing.T, xml, ocsp []byte) {
		changed := in
		changed.XML, changed.OCSP = xml, ocsp
		_, err := evidence.VerifyBankID(changed)
		if err == nil && !(bytes.Equal(xml, in.XML) && bytes.Equal(ocsp, in.OCSP)) {
			t.Fatal("accepted what nobody signed")
		}
		if err != nil && evidence.CodeOf(err) == "" {
			t.Fatalf("a failure without code: %v", err)
		}
	})
}

// BenchmarkVerifyBankID: a signature with 2 kB of text; the aim is 800 a second on one core.
func BenchmarkVerifyBankID(b *testing.B) {
	c := content()
	c.Text = bytes.Repeat([]byte("Ansökan om skolskjuts. "), 90)
	in := input(annasCard(), c, et.Edit{}, et.Answer{})
	in.Text = c.Text
	b.ReportAllocs()
	for b.Loop() {
		if _, err := evidence.VerifyBankID(in); err != nil {
			b.Fatal(err)
		}
	}
}
