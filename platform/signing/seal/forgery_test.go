package seal_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/pdffile"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/platform/signing/seal/tst"
)

// forgery is a sealed file with one thing wrong, and the check that must find it.
type forgery struct {
	name  string
	want  seal.Code
	file  func(t *testing.T) []byte
	trust func(*seal.Trust)
}

// patched replaces text of the same length.
func patched(old, new string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		file := sealed(t, nil)
		at := bytes.LastIndex(file, []byte(old))
		if at < 0 || len(old) != len(new) {
			t.Fatalf("%q is not there, or not as long", old)
		}
		copy(file[at:], new)
		return file
	}
}

// gapOf is where the signature's digits are, without the brackets.
func gapOf(file []byte) (from, to int) {
	from = bytes.LastIndex(file, []byte("/Contents <")) + len("/Contents <")
	return from, from + bytes.IndexByte(file[from:], '>')
}

// ranged gives the byte range four other numbers, made from those that are right.
func ranged(change func(n [4]int) [4]int) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		file := sealed(t, nil)
		from, to := gapOf(file)
		return rerange(file, change([4]int{0, from - 1, to + 1, len(file) - to - 1}))
	}
}

// appended adds a revision after the seal.
func appended(change func(root pdffile.Dict, u *pdffile.Update)) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		f, err := pdffile.Open(sealed(t, nil), 0)
		if err != nil {
			t.Fatal(err)
		}
		ref := f.Trailer()["Root"].(pdffile.Ref)
		v, err := f.Object(ref)
		if err != nil {
			t.Fatal(err)
		}
		u, err := f.Update()
		if err != nil {
			t.Fatal(err)
		}
		change(v.(pdffile.Dict), u)
		u.Put(ref, v)
		return u.Finish(make([]byte, 16))
	}
}

// resigned puts another signature into the file's room.
func resigned(stamps seal.Timestamper, change func(t *testing.T, s *cms.SignedData, digest []byte)) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		file := sealed(t, stamps)
		from, to := gapOf(file)
		raw := make([]byte, (to-from)/2)
		if _, err := hex.Decode(raw, file[from:to]); err != nil {
			t.Fatal(err)
		}
		s, err := cms.Read(raw[:signatureBytes(file[from:])])
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		h.Write(file[:from-1])
		h.Write(file[to+1:])
		change(t, s, h.Sum(nil))
		der, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return place(t, file, der)
	}
}

func place(t *testing.T, file, der []byte) []byte {
	t.Helper()
	from, to := gapOf(file)
	digits := hex.EncodeToString(der)
	if len(digits) > to-from {
		t.Fatal("no room for the forgery")
	}
	copy(file[from:to], digits+strings.Repeat("0", to-from-len(digits)))
	return file
}

// signedBy signs the same document with another certificate or key.
func signedBy(m seal.Material) func(*testing.T) []byte {
	return resigned(nil, func(t *testing.T, s *cms.SignedData, digest []byte) {
		other, err := cms.Sign(m.Key, m.Chain[:min(2, len(m.Chain))], digest)
		if err != nil {
			t.Fatal(err)
		}
		*s = *other
	})
}

func issued(t x509.Certificate) seal.Material {
	t.Subject = pkix.Name{CommonName: "Ekköpings kommun, e-stämpel"}
	t.NotBefore, t.NotAfter = now.AddDate(-2, 0, 0), cmp.Or(t.NotAfter, now.AddDate(1, 0, 0))
	return must(certificates().authority.Issue(&t, certificates().stamps.Key))
}

func forgeries() []forgery {
	c := certificates()
	file := func(b []byte) func(*testing.T) []byte { return func(*testing.T) []byte { return b } }
	return []forgery{
		{name: "no PDF", want: seal.Format, file: file([]byte("hej"))},
		{name: "not sealed", want: seal.NotSealed, file: file(document())},
		{name: "the seal cut off", want: seal.NotSealed, file: func(t *testing.T) []byte { return sealed(t, nil)[:len(document())] }},
		{name: "the end cut off", want: seal.Format, file: func(t *testing.T) []byte { f := sealed(t, nil); return f[:len(f)-20] }},

		// Added after sealing.
		{name: "a line more", want: seal.Appended, file: func(t *testing.T) []byte { return append(sealed(t, nil), '\n') }},
		{name: "a page exchanged by a revision", want: seal.Appended, file: appended(func(root pdffile.Dict, u *pdffile.Update) {
			u.Put(10, pdffile.Dict{"Type": pdffile.Name("Page")})
		})},
		{name: "the seal taken away by a revision", want: seal.Structure, file: appended(func(root pdffile.Dict, u *pdffile.Update) {
			delete(root, "AcroForm")
		})},
		{name: "a form laid over by a revision", want: seal.Several, file: appended(func(root pdffile.Dict, u *pdffile.Update) {
			extra := u.New()
			u.Put(extra, pdffile.Dict{"FT": pdffile.Name("Tx"), "T": "belopp", "V": "1"})
			root["AcroForm"] = pdffile.Dict{"Fields": []any{pdffile.Ref(1), extra}}
		})},
		{name: "a second signature", want: seal.Several, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			flags := bytes.LastIndex(f, []byte("]\n/SigFlags 3\n"))
			copy(f[flags:], " 1 0 R]       ") // as long, so that the tables hold
			return f
		}},
		{name: "a revision, and a range that covers it", want: seal.Digest, file: func(t *testing.T) []byte {
			f := appended(func(root pdffile.Dict, u *pdffile.Update) {})(t)
			from, to := gapOf(f)
			return rerange(f, [4]int{0, from - 1, to + 1, len(f) - to - 1})
		}},

		// What the seal covers.
		{name: "the first byte left out", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[0] = 1; return n })},
		{name: "a wider gap before", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[1] -= 100; return n })},
		{name: "a wider gap after", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[2] += 10; n[3] -= 10; return n })},
		{name: "no gap", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[2] = n[1]; return n })},
		{name: "the end left out", want: seal.Appended, file: ranged(func(n [4]int) [4]int { n[3] -= 10; return n })},
		{name: "more than there is", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[3] += 10; return n })},
		{name: "less than nothing", want: seal.Range, file: ranged(func(n [4]int) [4]int { n[3] = -1; return n })},

		// The seal's place and shape.
		{name: "another kind of signature", want: seal.Structure, file: patched("ETSI.CAdES.detached", "adbe.pkcs7.detached")},
		{name: "not certified", want: seal.Structure, file: patched("/Perms", "/Permz")},
		{name: "a signature of no kind", want: seal.Structure, file: patched("/Type /Sig\n", "/Type /Sug\n")},
		{name: "no range", want: seal.Structure, file: patched("/ByteRange [", "/ByteRangf [")},
		{name: "a field that holds nothing", want: seal.Structure, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			at := bytes.LastIndex(f, []byte("/T (Seal)"))
			copy(f[at+bytes.Index(f[at:], []byte("\n/V ")):], "\n/W ")
			return f
		}},
		{name: "a form that is none", want: seal.Format, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			at := bytes.LastIndex(f, []byte("/AcroForm ")) + len("/AcroForm ")
			end := at + bytes.IndexByte(f[at:], '\n')
			copy(f[at:end], "true"+strings.Repeat(" ", end-at-4))
			return f
		}},
		{name: "a field of another kind", want: seal.Structure, file: patched("/FT /Sig", "/FT /Btn")},
		{name: "no time", want: seal.Structure, file: patched("/M (D:2026", "/N (D:2026")},
		{name: "another time", want: seal.Digest, file: patched("(D:202606", "(D:202605")},
		{name: "another reason", want: seal.Digest, file: patched(hex.EncodeToString([]byte("\x00B\x00e\x00s\x00l\x00u\x00t\x00e\x00t")), hex.EncodeToString([]byte("\x00B\x00e\x00s\x00l\x00u\x00t\x00e\x00n")))},
		{name: "digits in upper case", want: seal.Contents, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			from, to := gapOf(f)
			copy(f[from:to], bytes.ToUpper(f[from:to]))
			return f
		}},
		{name: "something after the signature", want: seal.Contents, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			_, to := gapOf(f)
			copy(f[to-6:to], "686a31")
			return f
		}},
		{name: "an empty signature", want: seal.Contents, file: func(t *testing.T) []byte { return place(t, sealed(t, nil), nil) }},
		{name: "a length in more bytes than it needs", want: seal.Contents, file: func(t *testing.T) []byte {
			f := sealed(t, nil)
			from, _ := gapOf(f)
			n := signatureBytes(f[from:])
			der := must(hex.DecodeString(string(f[from : from+2*n])))
			return place(t, f, append([]byte{0x30, 0x83, 0, der[2], der[3]}, der[4:]...))
		}},

		// The signature itself.
		{name: "the seal of another document", want: seal.Digest, file: resigned(nil, func(t *testing.T, s *cms.SignedData, _ []byte) {
			*s = *must(cms.Sign(c.seal.Key, c.seal.Chain[:2], make([]byte, 32)))
		})},
		{name: "by somebody else under this name", want: seal.SignatureValue, file: resigned(nil, func(t *testing.T, s *cms.SignedData, digest []byte) {
			*s = *must(cms.Sign(c.stamps.Key, c.seal.Chain[:2], digest))
		})},
		{name: "the certificate exchanged", want: seal.Certificate, file: resigned(nil, func(t *testing.T, s *cms.SignedData, _ []byte) {
			s.Certificates[0] = c.stamps.Chain[0]
		})},
		{name: "with the document in it", want: seal.Algorithm, file: resigned(nil, func(t *testing.T, s *cms.SignedData, _ []byte) { s.Content = []byte("hej") })},
		{name: "a certificate more", want: seal.Chain, file: resigned(nil, func(t *testing.T, s *cms.SignedData, _ []byte) {
			s.Certificates = append(s.Certificates, c.stamps.Chain[0])
		})},
		{name: "the issuer left out", want: seal.Chain, file: resigned(nil, func(t *testing.T, s *cms.SignedData, _ []byte) { s.Certificates = s.Certificates[:1] })},
		{name: "from an issuer nobody trusts", want: seal.Chain, file: signedBy(stranger())},
		{name: "expired when sealed", want: seal.Chain, file: signedBy(issued(x509.Certificate{KeyUsage: x509.KeyUsageContentCommitment, NotAfter: now.AddDate(-1, 0, 0)}))},
		{name: "a certificate for encryption", want: seal.KeyUsage, file: signedBy(issued(x509.Certificate{KeyUsage: x509.KeyUsageKeyEncipherment}))},
		{name: "a timestamp authority's certificate", want: seal.KeyUsage, file: signedBy(c.stamps)},
		{name: "nobody trusted", want: seal.Chain, file: func(t *testing.T) []byte { return sealed(t, nil) }, trust: func(tr *seal.Trust) { tr.Roots = nil }},
		{name: "still to come", want: seal.Time, file: func(t *testing.T) []byte { return sealed(t, nil) }, trust: func(tr *seal.Trust) { tr.Now = now.Add(-seal.TimeSlack - time.Second) }},

		// The timestamp.
		{name: "no timestamp where one is demanded", want: seal.Untimed, file: func(t *testing.T) []byte { return sealed(t, nil) }, trust: func(tr *seal.Trust) { tr.Timestamped = true }},
		{name: "the timestamp taken away", want: seal.Untimed, file: resigned(authority(), func(t *testing.T, s *cms.SignedData, _ []byte) { s.Timestamp = nil }),
			trust: func(tr *seal.Trust) { tr.Timestamped = true }},
		{name: "the timestamp of another seal", want: seal.StampImprint, file: resigned(authority(), func(t *testing.T, s *cms.SignedData, _ []byte) {
			s.Timestamp = must(authority().Timestamp(t.Context(), make([]byte, 32)))
		})},
		{name: "a timestamp that is none", want: seal.StampBroken, file: resigned(authority(), func(t *testing.T, s *cms.SignedData, _ []byte) {
			s.Timestamp = must(must(cms.Sign(c.seal.Key, c.seal.Chain[:2], make([]byte, 32))).Encode())
		})},
		{name: "a timestamp with a certificate more", want: seal.StampChain, file: restamped(func(token *cms.SignedData) {
			token.Certificates = append(token.Certificates, c.seal.Chain[0])
		})},
		{name: "a timestamp altered", want: seal.StampBroken, file: restamped(func(token *cms.SignedData) {
			token.Content = bytes.Replace(token.Content, []byte("20260602"), []byte("20260601"), 1)
		})},
		{name: "an authority nobody trusts", want: seal.StampChain, file: stampedBy(stranger)},
		{name: "no authority, but a municipality", want: seal.StampChain, file: stampedBy(func() seal.Material { return c.seal })},
		{name: "an authority that may do other things", want: seal.StampChain, file: stampedBy(func() seal.Material {
			return issued(x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageCodeSigning}})
		})},
		{name: "a timestamp of another day", want: seal.Time, file: func(t *testing.T) []byte { return sealed(t, stamping(c.stamps, now.Add(24*time.Hour))) }},
	}
}

func stranger() seal.Material { return must(sealtest.Stranger(certificates().stamps, now)) }

// stampedBy has a token from an authority that a sealer would not have taken.
func stampedBy(m func() seal.Material) func(*testing.T) []byte {
	return resigned(authority(), func(t *testing.T, s *cms.SignedData, _ []byte) {
		sum := sha256.Sum256(s.Signature)
		token := must(cms.Read(must(response(m(), sum[:], now))))
		token.Certificates = token.Certificates[:min(2, len(token.Certificates))]
		s.Timestamp = must(token.Encode())
	})
}

func restamped(change func(*cms.SignedData)) func(*testing.T) []byte {
	return resigned(authority(), func(t *testing.T, s *cms.SignedData, _ []byte) {
		token := must(cms.Parse(s.Timestamp))
		change(token)
		s.Timestamp = must(token.Encode())
	})
}

func rerange(file []byte, n [4]int) []byte {
	at := bytes.LastIndex(file, []byte("/ByteRange [")) + len("/ByteRange ")
	room := file[at : at+41]
	text := "["
	for i, v := range n {
		if i > 0 {
			text += " "
		}
		text += big.NewInt(int64(v)).String()
	}
	copy(room, text+strings.Repeat(" ", len(room)-len(text)-1)+"]")
	return file
}

func TestForgeries(t *testing.T) {
	found := map[seal.Code]bool{}
	for _, f := range forgeries() {
		t.Run(f.name, func(t *testing.T) {
			tr := trust()
			if f.trust != nil {
				f.trust(&tr)
			}
			r, err := seal.Verify(f.file(t), tr)
			if !errors.Is(err, fault.Invalid) || seal.CodeOf(err) != f.want || r != (seal.Report{}) {
				t.Errorf("%v, want %s", err, f.want)
			}
			found[f.want] = true
		})
	}
	for _, code := range seal.Codes() {
		if !found[code] {
			t.Errorf("nothing shows that %s is found", code)
		}
	}
}

// TestEllipticCurves: a municipality may have an ECDSA key, and one that is too weak is refused at start.
func TestEllipticCurves(t *testing.T) {
	for _, tt := range []struct {
		curve elliptic.Curve
		fit   bool
	}{{elliptic.P256(), true}, {elliptic.P384(), true}, {elliptic.P224(), false}} {
		key := must(ecdsa.GenerateKey(tt.curve, cryptorand.Reader))
		root := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Egen"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}
		cert := must(x509.ParseCertificate(must(x509.CreateCertificate(cryptorand.Reader, root, root, key.Public(), key))))
		s, err := seal.New(seal.Material{Chain: []*x509.Certificate{cert}, Key: key}, clock.NewManual(now), nil)
		if (err == nil) != tt.fit {
			t.Fatalf("%s: %v", tt.curve.Params().Name, err)
		}
		if !tt.fit {
			continue
		}
		file, err := s.Seal(context.Background(), document(), options)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(cert)
		if _, err := seal.Verify(file, seal.Trust{Roots: roots}); seal.CodeOf(err) != seal.Chain {
			t.Errorf("a certificate that is its own root is nobody's seal: %v", err)
		}
		if out, ok := tool(t, "pdfsig", "-nocert", written(t, "sealed.pdf", file)); ok {
			contains(t, out, "Signature is Valid.")
		}
	}
}

// FuzzVerify: foreign bytes give a failure, never a panic.
func FuzzVerify(f *testing.F) {
	f.Add(sealed(f, nil))
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<</AcroForm<</Fields[2 0 R]>>>>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := seal.Verify(file, seal.Trust{Roots: x509.NewCertPool()}); seal.CodeOf(err) == "" {
			t.Fatal(err)
		}
	})
}

// FuzzToken: the same for what an authority sends.
func FuzzToken(f *testing.F) {
	sum := sha256.Sum256(nil)
	f.Add(must(response(certificates().stamps, sum[:], now)))
	f.Add(must(asn1.Marshal(struct{ A int }{1})))
	f.Fuzz(func(t *testing.T, der []byte) {
		if _, _, err := tst.Accept(der, sum[:], nil); err == nil {
			t.Fatal("accepted without any root")
		}
	})
}
