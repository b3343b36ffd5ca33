package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"
)

// signed is a signature by a fresh key, with an issuer beside the signer's certificate, and the digest of what is signed.
func signed(t *testing.T) (s *SignedData, digest []byte, roots *x509.CertPool) {
	t.Helper()
	issue := func(n int64, name string, ca bool, by *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
			IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature}
		if ca {
			c.KeyUsage = x509.KeyUsageCertSign
		}
		if by == nil {
			by, key = c, own
		}
		der, err := x509.CreateCertificate(rand.Reader, c, by, own.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert, own
	}
	root, rootKey := issue(1, "Rot", true, nil, nil)
	ca, caKey := issue(2, "Utfärdare", true, root, rootKey)
	leaf, key := issue(3, "Stämpel", false, ca, caKey)
	sum := sha256.Sum256([]byte("en handling"))
	s, err := Sign(key, []*x509.Certificate{leaf, ca}, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(root)
	return s, sum[:], roots
}

var now = time.Date(2026, 6, 2, 12, 5, 0, 0, time.UTC)

func encoded(t *testing.T, s *SignedData) []byte {
	t.Helper()
	der, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestSignedIsVerified(t *testing.T) {
	s, digest, roots := signed(t)
	got, err := Parse(encoded(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Check(digest); err != nil {
		t.Error(err)
	}
	if err := got.Check(make([]byte, 32)); !errors.Is(err, ErrDigest) {
		t.Errorf("another digest: %v", err)
	}
	path, err := got.Path(roots, now, x509.ExtKeyUsageAny)
	if err != nil || got.Whole(path) != nil {
		t.Errorf("%v", err)
	}
	for name, at := range map[string]time.Time{"before": now.AddDate(-2, 0, 0), "after": now.AddDate(2, 0, 0)} {
		if _, err := got.Path(roots, at, x509.ExtKeyUsageAny); !errors.Is(err, ErrChain) {
			t.Errorf("%s it was valid: %v", name, err)
		}
	}
	attrs, err := got.attributes()
	if err != nil || len(attrs) != 3 || attrs["1.2.840.113549.1.9.5"] != nil {
		t.Errorf("PAdES has content-type, message-digest and signing-certificate-v2, and no signing-time: %d attributes, %v", len(attrs), err)
	}
}

// TestOneEncoding changes what no signature covers: each variant says the same, and is read, but only Encode's is parsed.
func TestOneEncoding(t *testing.T) {
	s, digest, _ := signed(t)
	der := encoded(t, s)
	null := asn1.NullRawValue
	for name, change := range map[string]func(*signedData){
		"version": func(d *signedData) { d.Version = 3 }, "signer's version": func(d *signedData) { d.Signers[0].Version = 3 },
		"digest with parameters":    func(d *signedData) { d.Signers[0].Digest.Parameters = null },
		"digests with parameters":   func(d *signedData) { d.Digests[0].Parameters = null },
		"a digest more":             func(d *signedData) { d.Digests = append(d.Digests, algorithm{Algorithm: hashes[2].oid}) },
		"no digests":                func(d *signedData) { d.Digests = []algorithm{} },
		"signature with parameters": func(d *signedData) { d.Signers[0].Algorithm.Parameters = null },
		"the certificates turned round": func(d *signedData) {
			d.Certificates.Bytes = append(bytes.Clone(s.Certificates[1].Raw), s.Certificates[0].Raw...)
		},
		"revocations": func(d *signedData) {
			d.Revocations = asn1.RawValue{Class: 2, Tag: 1, IsCompound: true, Bytes: []byte{0x30, 0}}
		},
		"an unsigned attribute": func(d *signedData) {
			one, err := asn1.Marshal(attribute{Data, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: []byte{5, 0}}})
			if err != nil {
				t.Fatal(err)
			}
			d.Signers[0].Attributes = asn1.RawValue{Class: 2, Tag: 1, IsCompound: true, Bytes: one}
		},
	} {
		variant := reencoded(t, der, change)
		if bytes.Equal(variant, der) {
			t.Fatalf("%s: nothing was changed", name)
		}
		got, err := Read(variant)
		if err != nil || got.Check(digest) != nil {
			t.Errorf("%s: not read: %v", name, err)
			continue
		}
		if _, err := Parse(variant); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: parsed: %v", name, err)
		}
		if again := encoded(t, got); !bytes.Equal(again, der) {
			t.Errorf("%s: encoded again it is another thing", name)
		}
	}
}

// TestRefused: what is not read at all.
func TestRefused(t *testing.T) {
	s, _, _ := signed(t)
	der := encoded(t, s)
	for name, tt := range map[string]struct {
		change func(*signedData)
		want   error
	}{
		"two signers":         {func(d *signedData) { d.Signers = append(d.Signers, d.Signers[0]) }, ErrStructure},
		"no signer":           {func(d *signedData) { d.Signers = []signerInfo{} }, ErrStructure},
		"SHA-1":               {func(d *signedData) { d.Signers[0].Digest.Algorithm = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26} }, ErrAlgorithm},
		"another algorithm":   {func(d *signedData) { d.Signers[0].Algorithm.Algorithm = oidRSA }, ErrAlgorithm},
		"no certificate":      {func(d *signedData) { d.Certificates.Bytes = nil }, ErrSigner},
		"another's serial":    {func(d *signedData) { d.Signers[0].Signer.Serial = big.NewInt(9) }, ErrSigner},
		"a certificate, half": {func(d *signedData) { d.Certificates.Bytes = d.Certificates.Bytes[:50] }, ErrStructure},
	} {
		if _, err := Read(reencoded(t, der, tt.change)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	for name, raw := range map[string][]byte{"nothing": nil, "text": []byte("hej"), "something after": append(bytes.Clone(der), 0)} {
		if _, err := Read(raw); !errors.Is(err, ErrStructure) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func reencoded(t *testing.T, der []byte, change func(*signedData)) []byte {
	t.Helper()
	var outer contentInfo
	var d signedData
	if exact(der, &outer) != nil || exact(outer.Content.Bytes, &d) != nil {
		t.Fatal("not signed data")
	}
	d.Certificates.FullBytes = nil // written from Bytes
	change(&d)
	inner, err := asn1.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	out, err := asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
