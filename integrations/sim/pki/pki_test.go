package pki

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

func TestMutualTLSSurvivesARestartAndRefusesStrangers(t *testing.T) {
	dir := t.TempDir()
	before, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile, _, err := before.ClientFiles("navet")
	if err != nil {
		t.Fatal(err)
	}
	after, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	conf, err := after.MutualTLS()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	srv.TLS = conf
	srv.StartTLS()
	defer srv.Close()

	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	get := func(certs ...tls.Certificate) error {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: before.Pool(), Certificates: certs}}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr}).Get(srv.URL)
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	if err := get(pair); err != nil {
		t.Errorf("the certificate issued before the restart is refused: %v", err)
	}
	if err := get(); err == nil {
		t.Error("somebody without a certificate was let in")
	}
	other, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	c, k, err := other.Client("stranger")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := tls.X509KeyPair(c, k)
	if err != nil {
		t.Fatal(err)
	}
	if err := get(stranger); err == nil {
		t.Error("a certificate from another root was let in")
	}
	if i, err := os.Stat(dir + "/root-key.pem"); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("the root's key: %v, %v", i.Mode(), err)
	}
}
