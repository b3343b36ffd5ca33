package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/platform/signing/evidence"
)

var made = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func pairOn(t testing.TB, c elliptic.Curve) Pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Federation"}, NotBefore: made, NotAfter: made.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Pair{cert, crypto.Signer(key)}
}

func entity(id, until, role string, cert *x509.Certificate) string {
	return `<md:EntityDescriptor entityID="` + id + `" ` + until + `><md:Extensions><mdattr:EntityAttributes xmlns:mdattr="` + nsAttributes + `">` +
		`<saml:Attribute xmlns:saml="` + nsAssertion + `" Name="` + entityCategory + `"><saml:AttributeValue>` + categoryUserMessage + `</saml:AttributeValue></saml:Attribute>` +
		`</mdattr:EntityAttributes></md:Extensions><md:IDPSSODescriptor protocolSupportEnumeration="` + nsProtocol + `" ` + role + `>` +
		`<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(cert.Raw) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/redirect"/>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>` +
		`</md:IDPSSODescriptor></md:EntityDescriptor>`
}

const federationOpen = `<md:EntitiesDescriptor xmlns:md="` + nsMetadata + `" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_f" validUntil="2026-06-01T00:00:00Z"><!-- a comment -->`

func federation(t testing.TB, by Pair, entities ...string) []byte {
	t.Helper()
	d := etree.NewDocument()
	if err := d.ReadFromString(federationOpen + strings.Join(entities, "") + `</md:EntitiesDescriptor>`); err != nil {
		t.Fatal(err)
	}
	if err := xmldsig.Sign(d.Root(), 0, by.Certificate, by.Key); err != nil {
		t.Fatal(err)
	}
	b, err := d.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadMetadata(t *testing.T) {
	const id = "https://idp.example.com"
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		by := pairOn(t, curve)
		raw := federation(t, by, entity("https://other.example.com", "", "", by.Certificate),
			`<md:EntitiesDescriptor validUntil="2026-05-20T00:00:00Z">`+entity(id, "", "", by.Certificate)+`</md:EntitiesDescriptor>`)
		p, err := readMetadata(raw, by.Certificate, id)
		if err != nil {
			t.Fatal(err)
		}
		if p.address != "https://idp.example.com/post" || len(p.signing) != 1 || p.encryption != nil || !p.messages ||
			!p.validUntil.Equal(time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("got %s, %d keys, messages %t, until %s", p.address, len(p.signing), p.messages, p.validUntil)
		}
	}
}

func TestMetadataRefused(t *testing.T) {
	const id = "https://idp.example.com"
	by, stranger := pairOn(t, elliptic.P256()), pairOn(t, elliptic.P256())
	good := federation(t, by, entity(id, "", "", by.Certificate))
	changed := func(old, new string) []byte {
		if !strings.Contains(string(good), old) {
			t.Fatalf("nothing to change: %s", old)
		}
		return []byte(strings.Replace(string(good), old, new, 1))
	}
	for name, c := range map[string]struct {
		raw  []byte
		code evidence.Code // "" for a plain error
	}{
		"signed by a stranger":      {federation(t, stranger, entity(id, "", "", by.Certificate)), evidence.SignatureValue},
		"not signed":                {[]byte(federationOpen + entity(id, "", "", by.Certificate) + `</md:EntitiesDescriptor>`), evidence.Structure},
		"address exchanged":         {changed("https://idp.example.com/post", "https://evil.example.com/post"), evidence.SignatureDigest},
		"longer valid":              {changed("2026-06-01", "2036-06-01"), evidence.SignatureDigest},
		"a DTD":                     {append([]byte(`<!DOCTYPE x>`), good...), evidence.Structure},
		"not XML":                   {[]byte("<html>"), evidence.Structure},
		"without the provider":      {federation(t, by, entity("https://other.example.com", "", "", by.Certificate)), ""},
		"with the provider twice":   {federation(t, by, entity(id, "", "", by.Certificate), entity(id, "", "", by.Certificate)), ""},
		"a service, no provider":    {federation(t, by, strings.ReplaceAll(entity(id, "", "", by.Certificate), "IDPSSODescriptor", "SPSSODescriptor")), ""},
		"no address for posts":      {federation(t, by, strings.ReplaceAll(entity(id, "", "", by.Certificate), "HTTP-POST", "HTTP-Artifact")), ""},
		"an address without TLS":    {federation(t, by, strings.ReplaceAll(entity(id, "", "", by.Certificate), "https://idp.example.com/post", "http://idp.example.com/post")), ""},
		"no key":                    {federation(t, by, strings.ReplaceAll(entity(id, "", "", by.Certificate), "<md:KeyDescriptor>", `<md:KeyDescriptor use="encryption">`)), ""},
		"a key that is none":        {federation(t, by, strings.ReplaceAll(entity(id, "", "", by.Certificate), "<ds:X509Certificate>", `<ds:X509Certificate>AAAA`)), ""},
		"an end that is no time":    {federation(t, by, entity(id, `validUntil="soon"`, "", by.Certificate)), ""},
		"nothing at all":            {nil, evidence.Structure},
		"an entity beside the root": {append(append([]byte{}, good...), entity(id, "", "", by.Certificate)...), evidence.Structure},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readMetadata(c.raw, by.Certificate, id)
			if err == nil || evidence.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
		})
	}
}

// The earliest of all ends counts, the role's too.
func TestMetadataEnd(t *testing.T) {
	by := pairOn(t, elliptic.P256())
	for _, c := range []struct{ entity, role, want string }{
		{`validUntil="2026-05-10T00:00:00Z"`, "", "2026-05-10"}, {`validUntil="2026-07-10T00:00:00Z"`, "", "2026-06-01"},
		{"", `validUntil="2026-05-11T00:00:00Z"`, "2026-05-11"}, {`validUntil="2026-05-10T00:00:00Z"`, `validUntil="2026-05-11T00:00:00Z"`, "2026-05-10"},
	} {
		p, err := readMetadata(federation(t, by, entity("https://a.example.com", c.entity, c.role, by.Certificate)), by.Certificate, "https://a.example.com")
		if err != nil || p.validUntil.Format(time.DateOnly) != c.want {
			t.Errorf("%s %s: %s %v", c.entity, c.role, p.validUntil, err)
		}
	}
}

// BenchmarkFederation reads the metadata of a federation of a thousand.
func BenchmarkFederation(b *testing.B) {
	by := pairOn(b, elliptic.P256())
	var all []string
	for i := range 1000 {
		all = append(all, entity(fmt.Sprintf("https://idp%d.example.com", i), "", "", by.Certificate))
	}
	raw := federation(b, by, all...)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := readMetadata(raw, by.Certificate, "https://idp500.example.com"); err != nil {
			b.Fatal(err)
		}
	}
}
