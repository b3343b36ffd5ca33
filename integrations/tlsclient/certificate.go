package tlsclient

import (
	"crypto/tls"
	"os"
	"strings"

	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Files are where the certificate lies that we show to the other side, by the names they have in every configuration: certificate with its
// chain in PEM, with key beside it or in the same file; or a PKCS#12 file (.p12, .pfx), as Swedish issuers give them, whose password is in
// passwordFile.
type Files struct{ Certificate, Key, PasswordFile string }

// Check tells what is wrong with the settings, by key, without opening the files.
func (f Files) Check(wrong func(key, why string)) {
	switch {
	case f.Certificate == "":
		wrong("certificate", "must name a file")
	case f.packed():
		if f.Key != "" {
			wrong("key", "is in the PKCS#12 file already")
		}
		if f.PasswordFile == "" {
			wrong("passwordFile", "must name the file with the password of the PKCS#12 file")
		}
	case f.PasswordFile != "":
		wrong("passwordFile", "is for a PKCS#12 file (.p12, .pfx) only")
	}
}

func (f Files) packed() bool {
	return strings.HasSuffix(f.Certificate, ".p12") || strings.HasSuffix(f.Certificate, ".pfx")
}

// Load reads the certificate, or gives the key whose file is wrong and why.
func (f Files) Load() (c tls.Certificate, key string, err error) {
	cert, err := os.ReadFile(f.Certificate)
	if err != nil {
		return c, "certificate", err
	}
	if f.packed() {
		password, err := os.ReadFile(f.PasswordFile)
		if err != nil {
			return c, "passwordFile", err
		}
		c, err = decodePKCS12(cert, strings.TrimRight(string(password), "\r\n"))
		return c, "certificate", err
	}
	private := cert
	if f.Key != "" {
		if private, err = os.ReadFile(f.Key); err != nil {
			return c, "key", err
		}
	}
	c, err = tls.X509KeyPair(cert, private)
	return c, "certificate", err
}

func decodePKCS12(file []byte, password string) (tls.Certificate, error) {
	key, leaf, issuers, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		return tls.Certificate{}, err
	}
	c := tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, i := range issuers {
		c.Certificate = append(c.Certificate, i.Raw)
	}
	return c, nil
}
