package evidence_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

const frejaRef = "zWrxATCUAJ_QvlqXzYdNIJF8OUo0-i07JYBuqqGAgUGOcPVogKKtJ5ZDiCUc95aN"

// frejas is one signer for all tests, frejasTwin another with the same names.
var (
	frejas     = sync.OnceValue(func() *et.Freja { return must(et.NewFreja(now.AddDate(-1, 0, 0))) })
	frejasTwin = sync.OnceValue(func() *et.Freja { return must(et.NewFreja(now.AddDate(-1, 0, 0))) })
	frejasPin  = sync.OnceValue(func() evidence.FrejaSigners { return must(evidence.ParseFrejaSigners(frejas().CertificatePEM())) })
)

func frejaResult() et.FrejaResult {
	return et.FrejaResult{Ref: frejaRef, Number: anna, GivenName: "Åsa-Lena", Surname: "Testsson", Asked: true, Level: "PLUS",
		Text: text, Hidden: hidden, At: now}
}

func frejaAsked(jws string) evidence.FrejaInput {
	return evidence.FrejaInput{FrejaReceived: evidence.FrejaReceived{JWS: []byte(jws), Signers: frejasPin(), At: now},
		Use: evidence.Signing, Ref: frejaRef, Number: anna, Level: 3, Text: text, Hidden: hidden}
}

func TestFreja(t *testing.T) {
	for name, c := range map[string]struct {
		result func(*et.FrejaResult)
		asked  func(*evidence.FrejaInput)
	}{
		"signature with hidden data": {func(*et.FrejaResult) {}, func(*evidence.FrejaInput) {}},
		"signature of a text alone":  {func(r *et.FrejaResult) { r.Hidden = nil }, func(in *evidence.FrejaInput) { in.Hidden = nil }},
		"login by anybody": {func(r *et.FrejaResult) { r.Login, r.Asked, r.Text, r.Hidden = true, false, nil, nil }, func(in *evidence.FrejaInput) {
			in.Use, in.Number, in.Text, in.Hidden = evidence.Identification, idno.Number{}, nil, nil
		}},
		"a lower level where that does": {func(r *et.FrejaResult) { r.Level = "EXTENDED" }, func(in *evidence.FrejaInput) { in.Level = 2 }},
		"an order that is not told":     {func(*et.FrejaResult) {}, func(in *evidence.FrejaInput) { in.Ref = "" }},
		"as stored":                     {func(*et.FrejaResult) {}, func(in *evidence.FrejaInput) { in.Digest = evidence.Digest(in.JWS, nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := frejaResult()
			c.result(&r)
			in := frejaAsked(must(frejas().Sign(r)))
			c.asked(&in)
			got, err := evidence.VerifyFreja(in)
			if err != nil {
				t.Fatal(err)
			}
			want := evidence.FrejaVerified{Ref: frejaRef, Level: in.Level, At: now, Verified: evidence.Verified{Use: in.Use, Number: anna,
				Name: "Åsa-Lena Testsson", GivenName: "Åsa-Lena", Surname: "Testsson", Method: "freja+", Issuer: "Samtjänst Simulator Freja JWS",
				Text: in.Text, Hidden: in.Hidden}}
			if in.Level == 2 {
				want.Method = "freja"
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b idno.Number) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// frejaForgery is a result that lies, and the check that finds it.
type frejaForgery struct {
	name   string
	want   evidence.Code
	result func(*et.FrejaResult)
	edit   et.FrejaEdit
	jws    func(string) string        // the whole, once signed
	asked  func(*evidence.FrejaInput) // what was asked
	signer func() *et.Freja           // instead of Freja
}

func payload(f func(map[string]any)) et.FrejaEdit { return et.FrejaEdit{Payload: f} }

func header(k jose.HeaderKey, v any) et.FrejaEdit {
	return et.FrejaEdit{Header: map[jose.HeaderKey]any{k: v}}
}

func attributes(p map[string]any, name string) map[string]any {
	return p["requestedAttributes"].(map[string]any)[name].(map[string]any)
}

// withHeader puts another header before the payload and the signature.
func withHeader(h string) func(string) string {
	return func(s string) string {
		_, rest, _ := strings.Cut(s, ".")
		return base64.RawURLEncoding.EncodeToString([]byte(h)) + "." + rest
	}
}

// symmetric signs with HS256 and what everybody knows, the certificate.
func symmetric(s string) string {
	parts := strings.Split(s, ".")
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: frejas().CertificatePEM()},
		&jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"x5t": frejas().Thumbprint()}}))
	return must(must(signer.Sign(must(base64.RawURLEncoding.DecodeString(parts[1])))).CompactSerialize())
}

func frejaForgeries() []frejaForgery {
	x5t := `"x5t":"` + frejas().Thumbprint() + `"`
	return []frejaForgery{
		{name: "another key under its own certificate", want: evidence.Chain, signer: frejasTwin},
		{name: "another key under Freja's name", want: evidence.SignatureValue, signer: frejasTwin, edit: header("x5t", frejas().Thumbprint())},
		{name: "nobody pinned", want: evidence.Chain, asked: func(in *evidence.FrejaInput) { in.Signers = evidence.FrejaSigners{} }},
		{name: "alg none", want: evidence.Algorithm, jws: withHeader(`{"alg":"none",` + x5t + `}`)},
		{name: "alg none without a signature", want: evidence.Structure, jws: func(s string) string {
			s = withHeader(`{"alg":"none",` + x5t + `}`)(s)
			return s[:strings.LastIndex(s, ".")+1]
		}},
		{name: "HS256 with the certificate as secret", want: evidence.Algorithm, jws: symmetric},
		{name: "RS512 in the header", want: evidence.Algorithm, jws: withHeader(`{"alg":"RS512",` + x5t + `}`)},
		{name: "alg twice", want: evidence.Structure, jws: withHeader(`{"alg":"none","alg":"RS256",` + x5t + `}`)},
		{name: "alg in capitals", want: evidence.Structure, jws: withHeader(`{"ALG":"RS256","alg":"RS256",` + x5t + `}`)},
		{name: "no x5t", want: evidence.Structure, jws: withHeader(`{"alg":"RS256"}`)},
		{name: "unknown critical header", want: evidence.Structure, jws: withHeader(`{"alg":"RS256","crit":["exp"],"exp":1,` + x5t + `}`)},
		{name: "payload not encoded", want: evidence.Structure, jws: withHeader(`{"alg":"RS256","b64":false,"crit":["b64"],` + x5t + `}`)},
		{name: "a key brought along", want: evidence.Structure, edit: header("jku", "https://example.com/keys")},
		{name: "another header that says the same", want: evidence.SignatureValue, jws: withHeader(`{"alg":"RS256", ` + x5t + `}`)},
		{name: "header with something after it", want: evidence.Structure, jws: withHeader(`{"alg":"RS256",` + x5t + `}{}`)},
		{name: "header that is a list", want: evidence.Structure, jws: withHeader(`["alg"]`)},
		{name: "four parts", want: evidence.Structure, jws: func(s string) string { return s + ".e30" }},
		{name: "two parts", want: evidence.Structure, jws: func(s string) string { return s[:strings.LastIndex(s, ".")] }},
		{name: "empty", want: evidence.Structure, jws: func(string) string { return "" }},
		{name: "padded", want: evidence.Structure, jws: func(s string) string { return s + "==" }},
		{name: "line break at the end", want: evidence.Structure, jws: func(s string) string { return s + "\n" }},
		{name: "line break within", want: evidence.Structure, jws: func(s string) string { return s[:40] + "\r\n" + s[40:] }},
		{name: "ordinary base64", want: evidence.Structure, jws: func(s string) string { return strings.NewReplacer("-", "+", "_", "/").Replace(s) + "+" }},
		{name: "bits that base64 leaves over", want: evidence.Structure, jws: leftover},
		{name: "JSON form", want: evidence.Structure, jws: func(s string) string { return `{"payload":"` + s + `"}` }},
		{name: "too large", want: evidence.TooLarge, jws: func(s string) string { return s + strings.Repeat("A", evidence.MaxJWS) }},
		{name: "other bytes than stored", want: evidence.Changed, asked: func(in *evidence.FrejaInput) { in.Digest = sha256.Sum256(nil) }},

		{name: "another order", want: evidence.WrongOrder, result: func(r *et.FrejaResult) { r.Ref = "another" }},
		{name: "no order", want: evidence.Structure, result: func(r *et.FrejaResult) { r.Ref = "" }},
		{name: "two orders", want: evidence.Structure, edit: payload(func(p map[string]any) { p["authRef"] = frejaRef })},
		{name: "a login with a signature in it", want: evidence.Structure, edit: payload(func(p map[string]any) {
			p["authRef"] = p["signRef"]
			delete(p, "signRef")
		})},
		{name: "a login", want: evidence.WrongUse, result: func(r *et.FrejaResult) { r.Login = true }},
		{name: "declined", want: evidence.NotApproved, result: func(r *et.FrejaResult) { r.Status = "CANCELED" }},
		{name: "lower level", want: evidence.LevelTooLow, result: func(r *et.FrejaResult) { r.Level = "EXTENDED" }},
		{name: "an e-mail address only", want: evidence.LevelTooLow, result: func(r *et.FrejaResult) { r.Level = "BASIC" }},
		{name: "somebody else", want: evidence.WrongPerson, result: func(r *et.FrejaResult) { r.Number = bo }},
		{name: "somebody else where Anna was asked", want: evidence.WrongPerson, edit: payload(func(p map[string]any) { attributes(p, "ssn")["ssn"] = bo.Digits() })},
		{name: "signed by nobody in particular", want: evidence.WrongPerson, asked: func(in *evidence.FrejaInput) { in.Number = idno.Number{} }},
		{name: "another country's number", want: evidence.CertificateSubject, edit: payload(func(p map[string]any) { attributes(p, "ssn")["country"] = "NO" })},
		{name: "no number", want: evidence.CertificateSubject, edit: payload(func(p map[string]any) { delete(p, "requestedAttributes") })},
		{name: "number with a dash", want: evidence.CertificateSubject, edit: payload(func(p map[string]any) { attributes(p, "ssn")["ssn"] = anna.Dashed() })},
		{name: "no name", want: evidence.CertificateSubject, result: func(r *et.FrejaResult) { r.GivenName = "" }},
		{name: "an hour ago", want: evidence.FrejaTime, result: func(r *et.FrejaResult) { r.At = now.Add(-time.Hour) }},
		{name: "in an hour", want: evidence.FrejaTime, result: func(r *et.FrejaResult) { r.At = now.Add(time.Hour) }},
		{name: "time as text", want: evidence.Structure, edit: payload(func(p map[string]any) { p["timestamp"] = "now" })},
		{name: "before Freja's certificate", want: evidence.Chain, result: func(r *et.FrejaResult) { r.At = now.AddDate(-2, 0, 0) },
			asked: func(in *evidence.FrejaInput) { in.At = now.AddDate(-2, 0, 0) }},
		{name: "after Freja's certificate", want: evidence.Chain, result: func(r *et.FrejaResult) { r.At = now.AddDate(20, 0, 0) },
			asked: func(in *evidence.FrejaInput) { in.At = now.AddDate(20, 0, 0) }},

		{name: "a login that names a signature too", want: evidence.Structure, result: func(r *et.FrejaResult) { r.Login = true }, edit: payload(func(p map[string]any) { p["signRef"] = frejaRef })},
		{name: "a login that names no order", want: evidence.Structure, result: func(r *et.FrejaResult) { r.Login = true }, edit: payload(func(p map[string]any) { delete(p, "authRef") })},
		{name: "no level, and none asked for", want: evidence.LevelTooLow, result: func(r *et.FrejaResult) { r.Level = "BASIC" }, asked: func(in *evidence.FrejaInput) { in.Level = 0 }},
		{name: "no family name", want: evidence.CertificateSubject, result: func(r *et.FrejaResult) { r.Surname = "" }},
		{name: "the beginning of time", want: evidence.Structure, edit: payload(func(p map[string]any) { p["timestamp"] = 0 })},
		{name: "payload that is not UTF-8", want: evidence.Structure, edit: et.FrejaEdit{Raw: func(s string) string { return strings.Replace(s, "Testsson", "Tests\xffon", 1) }}},
		{name: "empty hidden data", want: evidence.Structure, edit: et.FrejaEdit{User: func(s string) string {
			before, after, _ := strings.Cut(s, `"binaryData":"`)
			_, after, _ = strings.Cut(after, `"`)
			return before + `"binaryData":""` + after
		}}, asked: func(in *evidence.FrejaInput) { in.Hidden = nil }},

		{name: "another text", want: evidence.WrongText, result: func(r *et.FrejaResult) { r.Text = []byte("Något annat") }},
		{name: "other hidden data", want: evidence.WrongHiddenData, result: func(r *et.FrejaResult) { r.Hidden = []byte("x") }},
		{name: "no hidden data", want: evidence.WrongHiddenData, result: func(r *et.FrejaResult) { r.Hidden = nil }},
		{name: "unknown type of signature", want: evidence.Structure, edit: payload(func(p map[string]any) { p["signatureType"] = "XML_MINAMEDDELANDEN" })},
		{name: "type that does not fit", want: evidence.WrongText, edit: payload(func(p map[string]any) { p["signatureType"] = "SIMPLE" })},
		{name: "no signature of the person's", want: evidence.Structure, edit: payload(func(p map[string]any) { delete(p, "signatureData") })},
		{name: "the person's signature is none", want: evidence.Algorithm, edit: et.FrejaEdit{Wrap: withHeader(`{"alg":"none"}`)}},
		{name: "the person's signature is symmetric", want: evidence.Algorithm, edit: et.FrejaEdit{Wrap: withHeader(`{"alg":"HS256"}`)}},
		{name: "the person's signature in four parts", want: evidence.Structure, edit: et.FrejaEdit{Wrap: func(s string) string { return s + ".e30" }}},
		{name: "two texts", want: evidence.Structure, edit: et.FrejaEdit{User: func(s string) string { return `{"text":"eA==",` + s[1:] }}},
		{name: "the text in two pieces", want: evidence.Structure, edit: et.FrejaEdit{User: func(s string) string { return strings.Replace(s, `","bin`, `\n","bin`, 1) }}},
		{name: "text that is not UTF-8", want: evidence.Structure, result: func(r *et.FrejaResult) { r.Text = []byte("\xff") }},
		{name: "the same key twice", want: evidence.Structure, edit: et.FrejaEdit{Raw: func(s string) string { return `{"status":"CANCELED",` + s[1:] }}},
		{name: "a key twice deep down", want: evidence.Structure, edit: et.FrejaEdit{Raw: func(s string) string {
			return strings.Replace(s, `"country":"SE"`, `"country":"NO","country":"SE"`, 1)
		}}},
		{name: "status in capitals", want: evidence.NotApproved, edit: et.FrejaEdit{Raw: func(s string) string { return strings.Replace(s, `"status"`, `"Status"`, 1) }}},
		{name: "deep", want: evidence.Structure, edit: et.FrejaEdit{Raw: func(s string) string {
			return `{"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `,` + s[1:]
		}}},
		{name: "payload that is not JSON", want: evidence.Structure, edit: et.FrejaEdit{Raw: func(string) string { return "hej" }}},
	}
}

// leftover sets a bit that the last character of a part does not use.
func leftover(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, s[len(s)-1])
	return s[:len(s)-1] + string(alphabet[last^1])
}

func TestFrejaForgeries(t *testing.T) {
	found := map[evidence.Code]bool{}
	for _, f := range frejaForgeries() {
		t.Run(f.name, func(t *testing.T) {
			r, signer := frejaResult(), frejas
			if f.result != nil {
				f.result(&r)
			}
			if f.signer != nil {
				signer = f.signer
			}
			jws := must(signer().SignEdited(r, f.edit))
			if f.jws != nil {
				jws = f.jws(jws)
			}
			in := frejaAsked(jws)
			if f.asked != nil {
				f.asked(&in)
			}
			_, err := evidence.VerifyFreja(in)
			if got := evidence.CodeOf(err); got != f.want {
				t.Fatalf("got %v, want %s", err, f.want)
			}
			if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), anna.Digits()) || strings.Contains(err.Error(), "Testsson") {
				t.Fatalf("got %v", err)
			}
			found[f.want] = true
		})
	}
	for _, c := range evidence.FrejaCodes() {
		if !found[c] {
			t.Errorf("no forgery shows %s", c)
		}
	}
}

// Every changed byte is found, without the digest that is stored beside it.
func TestFrejaEveryByte(t *testing.T) {
	whole := must(frejas().Sign(frejaResult()))
	if _, err := evidence.VerifyFreja(frejaAsked(whole)); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range whole {
		b := []byte(whole)
		b[i] ^= byte(1 + random.IntN(255))
		if _, err := evidence.VerifyFreja(frejaAsked(string(b))); err == nil {
			t.Fatalf("byte %d changed from %q to %q unnoticed", i, whole[i], b[i])
		}
	}
}

// Freja adds members over the years; they are no reason to refuse.
func TestFrejaNewMembers(t *testing.T) {
	jws := must(frejas().SignEdited(frejaResult(), payload(func(p map[string]any) {
		p["somethingNew"] = []any{map[string]any{"a": json.Number("1.5"), "b": nil}, true}
		p["requestedAttributes"].(map[string]any)["registrationLevel"] = "PLUS"
	})))
	if _, err := evidence.VerifyFreja(frejaAsked(jws)); err != nil {
		t.Fatal(err)
	}
	for _, h := range []jose.HeaderKey{"typ", "kid"} { // which say nothing of how to verify
		if _, err := evidence.VerifyFreja(frejaAsked(must(frejas().SignEdited(frejaResult(), header(h, "x"))))); err != nil {
			t.Errorf("with %s: %v", h, err)
		}
	}
}

func TestParseFrejaSigners(t *testing.T) {
	both := append(frejas().CertificatePEM(), frejasTwin().CertificatePEM()...)
	in := frejaAsked(must(frejasTwin().Sign(frejaResult())))
	in.Signers = must(evidence.ParseFrejaSigners(both))
	if _, err := evidence.VerifyFreja(in); err != nil {
		t.Errorf("the second of two pinned: %v", err)
	}
	for name, text := range map[string][]byte{"nothing": nil, "a key": must(frejas().PEM()), "an elliptic key": certificateFor(must(ecdsa.GenerateKey(elliptic.P256(), crand.Reader))),
		"a short key": certificateFor(must(rsa.GenerateKey(crand.Reader, 1024)))} {
		if _, err := evidence.ParseFrejaSigners(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkVerifyFreja(b *testing.B) {
	in := frejaAsked(must(frejas().Sign(frejaResult())))
	for b.Loop() {
		if _, err := evidence.VerifyFreja(in); err != nil {
			b.Fatal(err)
		}
	}
}

// certificateFor is one that a key has signed for itself.
func certificateFor(key crypto.Signer) []byte {
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: must(x509.CreateCertificate(crand.Reader, c, c, key.Public(), key))})
}

// Only what Freja signed is accepted, to the byte.
func FuzzFreja(f *testing.F) {
	whole := must(frejas().Sign(frejaResult()))
	f.Add(whole)
	f.Add(must(frejasTwin().Sign(frejaResult())))
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := evidence.VerifyFreja(frejaAsked(s)); (err == nil) != (s == whole) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
