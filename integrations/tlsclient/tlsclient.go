// Package tlsclient makes the HTTP clients by which integrations reach what is outside: TLS 1.2 at least, roots from a file where the other
// side has a root of its own, no redirect followed (it would carry what is sent to wherever it points).
package tlsclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// Roots reads trusted roots, PEM; nil, the system's, for no file. The error names the key rootsFile.
func Roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("rootsFile: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("rootsFile holds no certificate")
	}
	return pool, nil
}

// New makes a client that trusts the roots in the file and shows the certificates, if any, to the other side.
func New(rootsFile string, timeout time.Duration, certificates ...tls.Certificate) (*http.Client, error) {
	roots, err := Roots(rootsFile)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{Certificates: certificates, RootCAs: roots, MinVersion: tls.VersionTLS12}
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 512 // as many as the platform asks at once: a new one costs more than many questions
	return &http.Client{Transport: t, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// Why tells what kept an answer from coming, for an error of ours. A library's own text may have the address, in whose query is what was asked
// about, or what the other side wrote: only what is known to have neither is passed on.
func Why(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return network
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificate
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return errors.New("no answer that can be read")
}

// Local reports whether a host is this machine, which may be reached without TLS.
func Local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
