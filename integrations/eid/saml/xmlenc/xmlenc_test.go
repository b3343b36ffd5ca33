package xmlenc_test

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmlenc"
)

// What testdata was made of with xmlsec1 1.2.37, for the certificate there; its key is nobody's.
const plain = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1">Åäö &amp; Testsson</saml:Assertion>`

func key(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	k, err := x509.ParsePKCS8PrivateKey(block(t, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return k.(*rsa.PrivateKey)
}

func certificate(t testing.TB) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(block(t, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func block(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := pem.Decode(b)
	return p.Bytes
}

func holder(t testing.TB, xml string) *etree.Element {
	t.Helper()
	d := etree.NewDocument()
	if err := d.ReadFromString("<holder>" + xml + "</holder>"); err != nil {
		t.Fatal(err)
	}
	return d.Root()
}

// What another implementation encrypted is read.
func TestOthersElements(t *testing.T) {
	for _, name := range []string{"gcm256.xml", "gcm128.xml", "cbc256.xml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(b), "?>")
		got, err := xmlenc.Decrypt(holder(t, body), []*rsa.PrivateKey{key(t)}, true)
		if err != nil || string(got) != plain {
			t.Errorf("%s: %q %v", name, got, err)
		}
		_, err = xmlenc.Decrypt(holder(t, body), []*rsa.PrivateKey{key(t)}, false)
		if (err == nil) != strings.HasPrefix(name, "gcm") {
			t.Errorf("%s without integrity of its own or around it: %v", name, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, algorithm := range []string{xmlenc.AES256GCM, xmlenc.AES128GCM, xmlenc.AES256CBC} {
		for _, text := range []string{"", plain, strings.Repeat("x", 16), strings.Repeat("å", 100_000)} {
			e, err := xmlenc.Encrypt([]byte(text), certificate(t), algorithm)
			if err != nil {
				t.Fatal(err)
			}
			h := etree.NewElement("holder")
			h.AddChild(e)
			got, err := xmlenc.Decrypt(h, []*rsa.PrivateKey{other, key(t)}, true)
			if err != nil || string(got) != text {
				t.Fatalf("%s, %d bytes: %v", algorithm, len(text), err)
			}
			if _, err := xmlenc.Decrypt(h, []*rsa.PrivateKey{other}, true); err != xmlenc.ErrOpen {
				t.Fatalf("%s: another's key: %v", algorithm, err)
			}
		}
	}
	if _, err := xmlenc.Encrypt(nil, certificate(t), "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"); err == nil {
		t.Error("encrypted by triple DES")
	}
}

// rsa-oaep-mgf1p means MGF1 with SHA-1 whatever the digest is, and the key may stand beside the data.
func TestOtherDigestAndPlace(t *testing.T) {
	session := make([]byte, 32)
	wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, certificate(t).PublicKey.(*rsa.PublicKey), session, &rsa.OAEPOptions{Hash: crypto.SHA256, MGFHash: crypto.SHA1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := aes.NewCipher(session)
	if err != nil {
		t.Fatal(err)
	}
	g, err := cipher.NewGCM(c)
	if err != nil {
		t.Fatal(err)
	}
	text := g.Seal(make([]byte, 12), make([]byte, 12), []byte(plain), nil)
	value := func(b []byte) string {
		return `<CipherData><CipherValue>` + base64.StdEncoding.EncodeToString(b) + `</CipherValue></CipherData>`
	}
	const ns = ` xmlns="http://www.w3.org/2001/04/xmlenc#"`
	xml := `<EncryptedData` + ns + `><EncryptionMethod Algorithm="` + xmlenc.AES256GCM + `"/>` + value(text) + `</EncryptedData><EncryptedKey` + ns +
		`><EncryptionMethod Algorithm="` + xmlenc.RSAOAEP + `"><DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/></EncryptionMethod>` +
		value(wrapped) + `</EncryptedKey>`
	if got, err := xmlenc.Decrypt(holder(t, xml), []*rsa.PrivateKey{key(t)}, false); err != nil || string(got) != plain {
		t.Fatalf("%q %v", got, err)
	}
	for _, change := range [][2]string{
		{"rsa-oaep-mgf1p", "rsa-1_5"}, {"xmlenc#sha256", "xmlenc#md5"}, {"aes256-gcm", "aes128-gcm"}, {"<CipherValue>", "<CipherValue>AAAA"},
		{"CipherData", "Other"}, {value(text), value(text[:4])}, {value(text), value(nil)}, {value(text), value(text) + value(text)},
	} {
		if got, err := xmlenc.Decrypt(holder(t, strings.ReplaceAll(xml, change[0], change[1])), []*rsa.PrivateKey{key(t)}, true); err != xmlenc.ErrOpen {
			t.Errorf("%s for %s: %q %v", change[1], change[0], got, err)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	for _, name := range []string{"gcm256.xml", "cbc256.xml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	k := key(f)
	f.Fuzz(func(_ *testing.T, b []byte) {
		d := etree.NewDocument()
		if d.ReadFromBytes(b) != nil || d.Root() == nil {
			return
		}
		h := etree.NewElement("holder")
		h.AddChild(d.Root())
		_, _ = xmlenc.Decrypt(h, []*rsa.PrivateKey{k}, true)
	})
}
