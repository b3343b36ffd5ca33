package evidencetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is made with it
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/crypto/ocsp"

	"samtjanst/platform/idno"
)

// Freja signs results as Freja does. It signs with go-jose, which the verifier does not use, so that a mistake in either shows.
type Freja struct{ signer issuer }

// NewFreja makes a key and a certificate that is valid for ten years from the day before now.
func NewFreja(now time.Time) (*Freja, error) {
	i, err := issue(x509.Certificate{Subject: pkix.Name{Country: []string{"SE"}, CommonName: "Samtjänst Simulator Freja JWS"},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}, nil)
	return &Freja{i}, err
}

// LoadFreja reads what PEM wrote.
func LoadFreja(text []byte) (*Freja, error) {
	cert, rest := pem.Decode(text)
	key, _ := pem.Decode(rest)
	if cert == nil || key == nil {
		return nil, errors.New("evidencetest: Freja's file is incomplete")
	}
	c, err := x509.ParseCertificate(cert.Bytes)
	if err != nil {
		return nil, err
	}
	k, err := x509.ParsePKCS8PrivateKey(key.Bytes)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := k.(*rsa.PrivateKey)
	if !ok || !rsaKey.PublicKey.Equal(c.PublicKey) {
		return nil, errors.New("evidencetest: Freja's key does not belong to its certificate")
	}
	return &Freja{issuer{c, rsaKey}}, nil
}

// PEM is certificate and private key, for a simulator that keeps them over restarts.
func (f *Freja) PEM() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(f.signer.key)
	if err != nil {
		return nil, err
	}
	return append(f.CertificatePEM(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), nil
}

// CertificatePEM is what a relying party pins.
func (f *Freja) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.signer.cert.Raw})
}

// Thumbprint is the certificate's x5t.
func (f *Freja) Thumbprint() string {
	sum := sha1.Sum(f.signer.cert.Raw) //nolint:gosec // see above
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// FrejaResult is what a result states.
type FrejaResult struct {
	Login              bool // authentication instead of signature
	Ref                string
	Number             idno.Number
	GivenName, Surname string
	Asked              bool   // the order was for this person; else for anybody (INFERRED)
	Level              string // minRegistrationLevel: "EXTENDED" or "PLUS"
	Text, Hidden       []byte
	At                 time.Time
	Status             string // "" is APPROVED
}

// FrejaEdit changes a result while it is made, for forgeries that are signed all the same. Nil functions change nothing.
type FrejaEdit struct {
	Header  map[jose.HeaderKey]any      // more headers of Freja's JWS
	Payload func(map[string]any)        // what Freja states
	Raw     func(json string) string    // its JSON
	User    func(payload string) string // what the person signs
	Wrap    func(compact string) string // the person's JWS, once made
}

// Sign makes the JWS of a result.
func (f *Freja) Sign(r FrejaResult) (string, error) { return f.SignEdited(r, FrejaEdit{}) }

// SignEdited is Sign with edits.
func (f *Freja) SignEdited(r FrejaResult, e FrejaEdit) (string, error) {
	payload, err := f.payload(r, e)
	if err != nil {
		return "", err
	}
	if e.Payload != nil {
		e.Payload(payload)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"x5t": f.Thumbprint()}}
	for k, v := range e.Header {
		options.ExtraHeaders[k] = v
	}
	return compact(jose.RS256, f.signer.key, []byte(edited(string(raw), e.Raw)), options)
}

func (f *Freja) payload(r FrejaResult, e FrejaEdit) (map[string]any, error) {
	kind, user := "INFERRED", "N/A"
	if r.Asked {
		kind, user = "SSN", `{"country":"SE","ssn":"`+r.Number.Digits()+`"}`
	}
	if r.Status == "" {
		r.Status = "APPROVED"
	}
	p := map[string]any{
		"status": r.Status, "userInfoType": kind, "userInfo": user, "minRegistrationLevel": r.Level, "timestamp": r.At.UnixMilli(),
		"requestedAttributes": map[string]any{
			"basicUserInfo": map[string]any{"name": r.GivenName, "surname": r.Surname},
			"ssn":           map[string]any{"country": "SE", "ssn": r.Number.Digits()},
		},
	}
	if r.Login {
		p["authRef"] = r.Ref
		return p, nil
	}
	p["signRef"], p["signatureType"] = r.Ref, "SIMPLE"
	signed := string(r.Text)
	if len(r.Hidden) > 0 {
		p["signatureType"] = "EXTENDED"
		signed = `{"text":"` + b64(r.Text) + `","binaryData":"` + b64(r.Hidden) + `"}`
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	person, err := compact(jose.ES256, key, []byte(edited(signed, e.User)), &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"kid": serial.String()}})
	if err != nil {
		return nil, err
	}
	status, err := ocsp.CreateResponse(f.signer.cert, f.signer.cert, ocsp.Response{Status: ocsp.Good, SerialNumber: serial,
		ThisUpdate: r.At, NextUpdate: r.At.Add(time.Hour)}, f.signer.key)
	if err != nil {
		return nil, err
	}
	p["signatureData"] = map[string]any{"userSignature": edited(person, e.Wrap), "certificateStatus": b64(status)}
	return p, nil
}

func compact(alg jose.SignatureAlgorithm, key any, payload []byte, o *jose.SignerOptions) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		return "", err
	}
	j, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return j.CompactSerialize()
}
