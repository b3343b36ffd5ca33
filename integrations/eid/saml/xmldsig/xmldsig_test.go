package xmldsig_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/platform/signing/evidence"
)

func key(t *testing.T, k crypto.Signer, err error) (crypto.Signer, *x509.Certificate) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return k, c
}

func element(t *testing.T, xml string) *etree.Element {
	t.Helper()
	d := etree.NewDocument()
	if err := d.ReadFromString(xml); err != nil {
		t.Fatal(err)
	}
	return d.Root()
}

const message = `<a:m xmlns:a="urn:a" xmlns:unused="urn:b" ID="_1"><a:issuer>x</a:issuer><b xmlns="urn:c" z="1" a="&lt;&quot;">Åäö &amp; ]]&gt;</b></a:m>`

// What is signed is opened by a verifier that shares nothing with the signer, and holds what was signed and nothing else.
func TestSign(t *testing.T) {
	for name, make := range map[string]func() (crypto.Signer, error){
		"RSA":   func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"P-256": func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		"P-521": func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P521(), rand.Reader) },
	} {
		t.Run(name, func(t *testing.T) {
			made, err := make()
			k, c := key(t, made, err)
			for range 20 { // r and s are shorter now and then
				e := element(t, message)
				if err := xmldsig.Sign(e, 1, c, k); err != nil {
					t.Fatal(err)
				}
				if s := e.ChildElements()[1]; s.Tag != "Signature" {
					t.Fatalf("the signature stands after %s", s.Tag)
				}
				d := etree.NewDocument()
				d.SetRoot(e)
				b, err := d.WriteToBytes()
				if err != nil {
					t.Fatal(err)
				}
				got, err := evidence.OpenEnveloped(b, []*x509.Certificate{c})
				if err != nil {
					t.Fatal(err)
				}
				if want := strings.Replace(message, ` xmlns:unused="urn:b"`, "", 1); string(got.Content) != strings.Replace(want, ` z="1" a="&lt;&quot;"`, ` a="&lt;&quot;" z="1"`, 1) {
					t.Fatalf("what was signed is %s", got.Content)
				}
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	k, c := key(t, made, err)
	if err := xmldsig.Sign(element(t, `<a/>`), 0, c, k); err == nil {
		t.Error("signed what has no ID")
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	k, c = key(t, edwards, err)
	if err := xmldsig.Sign(element(t, message), 0, c, k); err == nil {
		t.Error("signed by an algorithm that nobody there knows")
	}
}
