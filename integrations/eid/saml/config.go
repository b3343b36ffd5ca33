package saml

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// AttributeSet names what an identity provider tells of a person, and by which names.
type AttributeSet string

// Attribute sets.
const (
	Pnr01 AttributeSet = "pnr-01" // Sweden Connect's set for people with a personal or coordination number
	SITHS AttributeSet = "siths"  // employees by Inera's names: HSA-id, commission and credential
	HSAid AttributeSet = "hsaid-01"
)

// LoA gives the levels that Sweden Connect's registry (3.1.1) and Sambi name; what a configuration says nothing else of.
var loa = map[AttributeSet]map[string]int{
	Pnr01: {"http://id.elegnamnden.se/loa/1.0/loa3": 3, "http://id.elegnamnden.se/loa/1.0/loa4": 4},
	SITHS: {"http://id.sambi.se/loa/loa3": 3},
	HSAid: {"http://id.elegnamnden.se/loa/1.0/loa3": 3, "http://id.elegnamnden.se/loa/1.0/loa4": 4},
}

// Config is one identity provider. Files are PEM. The keys are those of the configuration file.
type Config struct {
	ID       string `json:"id" yaml:"id"`             // the provider's id in the platform; "saml" when empty
	EntityID string `json:"entityID" yaml:"entityID"` // ours, a URI
	ACS      string `json:"acs" yaml:"acs"`           // where answers are posted, our own; https, or http to this machine
	Name     string `json:"name" yaml:"name"`         // ours, as providers show it

	// Certificate and Key sign what we send. Decryption* open what we are sent; the same pair, if RSA, when empty.
	Certificate           string `json:"certificate" yaml:"certificate"`
	Key                   string `json:"key" yaml:"key"`
	DecryptionCertificate string `json:"decryptionCertificate" yaml:"decryptionCertificate"`
	DecryptionKey         string `json:"decryptionKey" yaml:"decryptionKey"`
	FormerDecryptionKey   string `json:"formerDecryptionKey" yaml:"formerDecryptionKey"` // while a change of key reaches the provider

	// The provider, and the metadata (its own or its federation's) that it is found in: an address or a file. What comes from an
	// address has to be signed by MetadataCertificate; a file only if that is set.
	Provider            string        `json:"provider" yaml:"provider"` // entityID
	MetadataURL         string        `json:"metadataURL" yaml:"metadataURL"`
	MetadataFile        string        `json:"metadataFile" yaml:"metadataFile"`
	MetadataCertificate string        `json:"metadataCertificate" yaml:"metadataCertificate"`
	RootsFile           string        `json:"rootsFile" yaml:"rootsFile"` // of the metadata's https server; "" for the system's
	Refresh             time.Duration `json:"refresh" yaml:"refresh"`     // of the metadata; an hour when zero
	Timeout             time.Duration `json:"timeout" yaml:"timeout"`     // of fetching it; 10 s when zero

	Attributes AttributeSet `json:"attributes" yaml:"attributes"` // Pnr01 when empty
	// Levels are the levels of assurance that are accepted, by URI, each with the level (2–4) that it gives.
	Levels map[string]int `json:"levels" yaml:"levels"`
	// SignLevels are those accepted of a signature, where they are others: providers that follow the framework as it was before 2020 have
	// URIs of their own for having shown a text (".../loa3-sigmessage"). Levels when empty.
	SignLevels map[string]int `json:"signLevels" yaml:"signLevels"`
	// Groups is the attribute whose values are a member of staff's groups; the chosen commission's HSA-id when empty.
	Groups string `json:"groups" yaml:"groups"`
	// Sign says that the provider shows a text and proves that it did (signMessageDigest), so that it can be used to sign.
	Sign bool `json:"sign" yaml:"sign"`
	// Categories are the entity categories of our own metadata, besides those that follow from the rest.
	Categories []string `json:"categories" yaml:"categories"`

	// Providers outside Sweden Connect's profile may sign the assertion only, or leave it unencrypted.
	UnsignedResponse   bool `json:"unsignedResponse" yaml:"unsignedResponse"`
	UnencryptedAllowed bool `json:"unencryptedAllowed" yaml:"unencryptedAllowed"`
}

func (c Config) withDefaults() Config {
	if c.ID == "" {
		c.ID = "saml"
	}
	if c.Attributes == "" {
		c.Attributes = Pnr01
	}
	if len(c.Levels) == 0 {
		c.Levels = loa[c.Attributes]
	}
	if len(c.SignLevels) == 0 {
		c.SignLevels = c.Levels
	}
	if c.Refresh == 0 {
		c.Refresh = time.Hour
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Groups == "" {
		c.Groups = attrCommission
	}
	return c
}

// Validate checks the settings without opening the files. Every wrong key is named. Fault: Invalid.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	wrong := func(key, why string) { errs = append(errs, fmt.Errorf("%s: %s", key, why)) }
	for _, k := range []struct{ key, value string }{{"entityID", c.EntityID}, {"provider", c.Provider}} {
		if u, err := url.Parse(k.value); err != nil || !u.IsAbs() || len(k.value) > 1024 { // SAML core 8.3.6
			wrong(k.key, "must be a URI")
		}
	}
	if !address(c.ACS) {
		wrong("acs", "must be an https address")
	}
	for _, k := range []struct{ key, value string }{{"name", c.Name}, {"certificate", c.Certificate}, {"key", c.Key}} {
		if k.value == "" {
			wrong(k.key, "is missing")
		}
	}
	if (c.DecryptionCertificate == "") != (c.DecryptionKey == "") {
		wrong("decryptionKey", "goes with decryptionCertificate: both or neither")
	}
	switch {
	case (c.MetadataURL == "") == (c.MetadataFile == ""):
		wrong("metadataURL", "either it or metadataFile must be set")
	case c.MetadataURL != "" && !address(c.MetadataURL):
		wrong("metadataURL", "must be an https address")
	case c.MetadataURL != "" && c.MetadataCertificate == "":
		wrong("metadataCertificate", "must name the certificate that metadata from an address is signed with")
	}
	if c.Refresh < time.Minute || c.Timeout < 0 {
		wrong("refresh", "must be a minute or more, and timeout not negative")
	}
	if _, ok := loa[c.Attributes]; !ok {
		wrong("attributes", fmt.Sprintf("must be one of %q", slices.Sorted(maps.Keys(loa))))
	}
	for key, levels := range map[string]map[string]int{"levels": c.Levels, "signLevels": c.SignLevels} {
		for uri, level := range levels {
			if u, err := url.Parse(uri); err != nil || !u.IsAbs() || level < 2 || level > 4 {
				wrong(key, fmt.Sprintf("%q: must be a URI with a level, 2–4", uri))
			}
		}
	}
	if c.Sign && c.Attributes != Pnr01 {
		wrong("sign", "needs the attributes of "+string(Pnr01))
	}
	if len(errs) > 0 {
		return fault.New("saml.Config", fault.Invalid, errors.Join(errs...))
	}
	return nil
}

func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && tlsclient.Local(u.Hostname()))
}

// Material is the keys and certificates, read.
type Material struct {
	Signing     Pair
	Decryption  Pair              // its key is RSA
	Former      *rsa.PrivateKey   // nil for none
	Certificate *x509.Certificate // of who signs the metadata; nil for a file that is trusted as it is
	HTTP        *http.Client      // fetches the metadata
}

// Pair is a certificate with its key.
type Pair struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Load reads the files. The error names the key whose file is wrong. Fault: Invalid.
func (c Config) Load() (Material, error) {
	const op = "saml.Load"
	if err := c.Validate(); err != nil {
		return Material{}, err
	}
	c = c.withDefaults()
	var m Material
	var err error
	bad := func(key string) (Material, error) {
		return Material{}, fault.New(op, fault.Invalid, fmt.Errorf("%s: %w", key, err))
	}
	if m.Signing, err = readPair(c.Certificate, c.Key); err != nil {
		return bad("certificate")
	}
	m.Decryption = m.Signing
	if c.DecryptionKey != "" {
		if m.Decryption, err = readPair(c.DecryptionCertificate, c.DecryptionKey); err != nil {
			return bad("decryptionCertificate")
		}
	}
	if c.FormerDecryptionKey != "" {
		if m.Former, err = readRSA(c.FormerDecryptionKey); err != nil {
			return bad("formerDecryptionKey")
		}
	}
	if c.MetadataCertificate != "" {
		if m.Certificate, err = readCertificate(c.MetadataCertificate); err != nil {
			return bad("metadataCertificate")
		}
	}
	if m.HTTP, err = tlsclient.New(c.RootsFile, c.Timeout); err != nil {
		return bad("rootsFile")
	}
	return m, nil
}

func readPair(cert, key string) (Pair, error) {
	certPEM, err := os.ReadFile(cert)
	if err != nil {
		return Pair{}, err
	}
	keyPEM, err := os.ReadFile(key)
	if err != nil {
		return Pair{}, err
	}
	return ParsePair(certPEM, keyPEM)
}

// ParsePair reads a certificate and its key, PEM.
func ParsePair(cert, key []byte) (Pair, error) {
	p, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return Pair{}, err
	}
	signer, ok := p.PrivateKey.(crypto.Signer)
	if !ok {
		return Pair{}, errors.New("the key cannot sign")
	}
	return Pair{p.Leaf, signer}, nil
}

func readCertificate(file string) (*x509.Certificate, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM found")
	}
	return x509.ParseCertificate(block.Bytes)
}

func readRSA(file string) (*rsa.PrivateKey, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("no key in PEM found")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		return k, nil
	}
	return nil, errors.New("not an RSA key")
}
