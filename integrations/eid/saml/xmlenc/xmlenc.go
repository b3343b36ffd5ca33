// Package xmlenc encrypts and decrypts elements of XML (XML Encryption 1.1) with the algorithms of Sweden Connect's deployment
// profile 8.3–8.4: AES in GCM or CBC under a key that RSA-OAEP (MGF1 with SHA-1, as rsa-oaep-mgf1p means) has carried.
//
// It stands here because github.com/crewjam/saml's own does not do: its GCM encrypts zeros instead of the text, panics on short
// input, knows no 256 bits, and its OAEP uses one hash for both digest and mask, which other implementations cannot read.
//
// CBC has no integrity of its own. It is opened only when the caller says that the message around it has been found to be signed
// (the profile's note in 8.3), and every failure of opening is the same error, so that nobody learns which step it was.
package xmlenc

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // what rsa-oaep-mgf1p means; see above
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// Algorithms.
const (
	AES256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	AES128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
	AES256CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
	RSAOAEP   = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"

	sha1Method  = "http://www.w3.org/2000/09/xmldsig#sha1"
	nsEnc       = "http://www.w3.org/2001/04/xmlenc#"
	nsDsig      = "http://www.w3.org/2000/09/xmldsig#"
	typeElement = "http://www.w3.org/2001/04/xmlenc#Element"
)

type block struct {
	bytes int // of the key
	gcm   bool
}

var blocks = map[string]block{
	AES256GCM: {32, true}, "http://www.w3.org/2009/xmlenc11#aes192-gcm": {24, true}, AES128GCM: {16, true},
	AES256CBC: {32, false}, "http://www.w3.org/2001/04/xmlenc#aes192-cbc": {24, false}, "http://www.w3.org/2001/04/xmlenc#aes128-cbc": {16, false},
}

var digests = map[string]crypto.Hash{
	sha1Method: crypto.SHA1,
	"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

// ErrOpen says that something could not be decrypted.
var ErrOpen = errors.New("xmlenc: cannot be decrypted")

// Supported reports whether Encrypt knows the algorithm.
func Supported(algorithm string) bool { _, ok := blocks[algorithm]; return ok }

// Encrypt gives an xenc:EncryptedData of an element, for the holder of an RSA certificate.
func Encrypt(plaintext []byte, to *x509.Certificate, algorithm string) (*etree.Element, error) {
	b, ok := blocks[algorithm]
	public, isRSA := to.PublicKey.(*rsa.PublicKey)
	if !ok || !isRSA {
		return nil, fmt.Errorf("xmlenc: cannot encrypt by %s for a %T", algorithm, to.PublicKey)
	}
	key := make([]byte, b.bytes)
	rand.Read(key)
	wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, public, key, &rsa.OAEPOptions{Hash: crypto.SHA1})
	if err != nil {
		return nil, fmt.Errorf("xmlenc: %w", err)
	}
	text, err := b.seal(key, plaintext)
	if err != nil {
		return nil, fmt.Errorf("xmlenc: %w", err)
	}
	data := etree.NewElement("xenc:EncryptedData")
	data.CreateAttr("xmlns:xenc", nsEnc)
	data.CreateAttr("Type", typeElement)
	data.CreateElement("xenc:EncryptionMethod").CreateAttr("Algorithm", algorithm)
	info := data.CreateElement("ds:KeyInfo")
	info.CreateAttr("xmlns:ds", nsDsig)
	ek := info.CreateElement("xenc:EncryptedKey")
	method := ek.CreateElement("xenc:EncryptionMethod")
	method.CreateAttr("Algorithm", RSAOAEP)
	method.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", sha1Method)
	setCipher(ek, wrapped)
	setCipher(data, text)
	return data, nil
}

func setCipher(e *etree.Element, b []byte) {
	e.CreateElement("xenc:CipherData").CreateElement("xenc:CipherValue").SetText(base64.StdEncoding.EncodeToString(b))
}

// Decrypt opens the xenc:EncryptedData in holder (a saml:EncryptedAssertion, a csig:EncryptedMessage), whose key stands in it or beside
// it, with the first of our keys that fits. cbc allows the modes without integrity. Fault: ErrOpen.
func Decrypt(holder *etree.Element, keys []*rsa.PrivateKey, cbc bool) ([]byte, error) {
	data := only(holder, nsEnc, "EncryptedData")
	if data == nil {
		return nil, ErrOpen
	}
	b, ok := blocks[methodOf(data)]
	if !ok || !b.gcm && !cbc {
		return nil, ErrOpen
	}
	text := cipherOf(data)
	for _, ek := range encryptedKeys(holder, data) {
		options, ok := transport(ek)
		wrapped := cipherOf(ek)
		if !ok {
			continue
		}
		for _, k := range keys {
			key, err := k.Decrypt(nil, wrapped, options)
			if err != nil || len(key) != b.bytes {
				continue
			}
			if out, err := b.open(key, text); err == nil {
				return out, nil
			}
		}
	}
	return nil, ErrOpen
}

// encryptedKeys are those in the data's KeyInfo, and those beside the data, as some write them.
func encryptedKeys(holder, data *etree.Element) []*etree.Element {
	out := named(holder, nsEnc, "EncryptedKey")
	if info := only(data, nsDsig, "KeyInfo"); info != nil {
		out = append(named(info, nsEnc, "EncryptedKey"), out...)
	}
	return out
}

// transport reads how a key is wrapped.
func transport(ek *etree.Element) (*rsa.OAEPOptions, bool) {
	if methodOf(ek) != RSAOAEP {
		return nil, false
	}
	o := &rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	for _, c := range only(ek, nsEnc, "EncryptionMethod").ChildElements() {
		h, ok := digests[c.SelectAttrValue("Algorithm", "")]
		if c.Tag != "DigestMethod" || c.NamespaceURI() != nsDsig || !ok {
			return nil, false
		}
		o.Hash = h
	}
	return o, true
}

func (b block) seal(key, plaintext []byte) ([]byte, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if b.gcm {
		g, err := cipher.NewGCM(c)
		if err != nil {
			return nil, err
		}
		nonce := make([]byte, g.NonceSize())
		rand.Read(nonce)
		return g.Seal(nonce, nonce, plaintext, nil), nil
	}
	pad := aes.BlockSize - len(plaintext)%aes.BlockSize
	out := make([]byte, aes.BlockSize+len(plaintext)+pad)
	rand.Read(out[:aes.BlockSize])
	copy(out[aes.BlockSize:], plaintext)
	out[len(out)-1] = byte(pad) // XML Encryption 5.2.2: only the last byte of the padding says anything
	cipher.NewCBCEncrypter(c, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], out[aes.BlockSize:])
	return out, nil
}

func (b block) open(key, text []byte) ([]byte, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrOpen
	}
	if b.gcm {
		g, err := cipher.NewGCM(c)
		if err != nil || len(text) < g.NonceSize() {
			return nil, ErrOpen
		}
		out, err := g.Open(nil, text[:g.NonceSize()], text[g.NonceSize():], nil)
		if err != nil {
			return nil, ErrOpen
		}
		return out, nil
	}
	if len(text) < 2*aes.BlockSize || len(text)%aes.BlockSize != 0 {
		return nil, ErrOpen
	}
	out := make([]byte, len(text)-aes.BlockSize)
	cipher.NewCBCDecrypter(c, text[:aes.BlockSize]).CryptBlocks(out, text[aes.BlockSize:])
	pad := int(out[len(out)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, ErrOpen
	}
	return out[:len(out)-pad], nil
}

func methodOf(e *etree.Element) string {
	if m := only(e, nsEnc, "EncryptionMethod"); m != nil {
		return m.SelectAttrValue("Algorithm", "")
	}
	return ""
}

// cipherOf gives the bytes that stand in the element; nil, which cannot be opened, when there are none.
func cipherOf(e *etree.Element) []byte {
	data := only(e, nsEnc, "CipherData")
	if data == nil {
		return nil
	}
	value := only(data, nsEnc, "CipherValue")
	if value == nil {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Text()), ""))
	if err != nil {
		return nil
	}
	return b
}

func named(e *etree.Element, ns, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == ns {
			out = append(out, c)
		}
	}
	return out
}

// only gives the one child of that name; nil for none or several.
func only(e *etree.Element, ns, tag string) *etree.Element {
	if all := named(e, ns, tag); len(all) == 1 {
		return all[0]
	}
	return nil
}
