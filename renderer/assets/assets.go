// Package assets has the stylesheet, script, font and icons of the pages, and hands them to whatever serves them.
//
// Sources stand in src; build.sh bundles them with esbuild into dist, under names that hold a hash of the content, and
// leaves esbuild's own account of what it made as dist/manifest.json. The bundles are embedded and never committed: a
// program built without them says so at start. What is made at start (a theme's stylesheet, a logo) joins by Add.
//
// The script improves pages that are complete without it. It finds its work by attributes:
//
//	form[data-form=ID]         rows, removals and updates are posted in place; the answer is a whole page with the same form
//	  [data-live]              within: answering posts op=update at once (a condition reads it)
//	  [data-upload=OP]         within: chosen files are posted as OP with progress
//	form[data-autosave]        what is written is posted as op=update when one pauses
//	[data-counter=N]           says how many of N characters are left of the control before it
//	select[data-filter]        gets a box to search the options
//	img[data-refresh=MS]       is fetched anew, with the parameter t, every MS milliseconds (the QR code of a login)
//	[data-poll=URL]            asks URL for {"message", "next", "hideCode", "done"} every data-every milliseconds
//	dialog#idle                warns before one is logged out (ui.Idle)
//
// and keeps any form from being posted twice.
//
// Invariant: what a path names never changes, so every file may be cached for ever (CacheControl).
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"

	"samtjanst/platform/fault"
)

// Root is where the files are served.
const Root = "/assets/"

// CacheControl of every file: its path holds a hash of its content.
const CacheControl = "public, max-age=31536000, immutable"

//go:embed all:dist
var dist embed.FS

// Assets are the files by path and by plain name. Add while starting; after that it is safe for concurrent use.
type Assets struct {
	byPath map[string]*File
	byName map[string]string
}

// File is one file as sent.
type File struct {
	Type   string // Content-Type
	ETag   string // quoted
	Data   []byte
	gzip   func() []byte
	brotli func() []byte
}

// Load opens the embedded bundles. Without a manifest it refuses with a fault of kind Internal that says what to run.
func Load() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fault.New("assets.Load", fault.Internal, err)
	}
	return load(sub)
}

// manifest is the part of esbuild's metafile that we read.
type manifest struct {
	Outputs map[string]struct {
		EntryPoint string `json:"entryPoint"`
	} `json:"outputs"`
}

func load(fsys fs.FS) (*Assets, error) {
	const op = "assets.Load"
	raw, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(op, fault.Internal, errors.New("this program was built without its stylesheet and script: run make assets, then build again"))
	}
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fault.Newf(op, fault.Internal, "manifest.json: %w", err)
	}
	a := &Assets{byPath: map[string]*File{}, byName: map[string]string{}}
	for out, o := range m.Outputs {
		name := path.Base(out)
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fault.New(op, fault.Internal, err)
		}
		a.byPath[name] = newFile(name, data)
		if o.EntryPoint != "" {
			plain := path.Base(o.EntryPoint)
			if base, ok := strings.CutSuffix(plain, ".ts"); ok {
				plain = base + ".js"
			}
			a.byName[plain] = name
		}
	}
	for _, needed := range []string{"app.css", "app.js"} {
		if a.byName[needed] == "" {
			return nil, fault.Newf(op, fault.Internal, "manifest.json has no %s: run make assets", needed)
		}
	}
	return a, nil
}

// Add puts in a file made at start: a theme's stylesheet, a logo. Its path is the name with a hash of the content.
func (a *Assets) Add(name string, data []byte) {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	a.byPath[hashed] = newFile(hashed, data)
	a.byName[name] = hashed
}

// URL gives the address of a file by its plain name, "app.css". To name a file that does not exist is a mistake in the
// program, and panics.
func (a *Assets) URL(name string) string {
	hashed, ok := a.byName[name]
	if !ok {
		panic(fmt.Sprintf("assets: there is no %s", name))
	}
	return Root + hashed
}

// Has reports whether a plain name exists.
func (a *Assets) Has(name string) bool { return a.byName[name] != "" }

// Open finds a file by what follows Root in its address.
func (a *Assets) Open(path string) (*File, bool) {
	f, ok := a.byPath[path]
	return f, ok
}

// Encoded gives the bytes for an Accept-Encoding header and the Content-Encoding to send with them, "" for none.
func (f *File) Encoded(accept string) (data []byte, encoding string) {
	if f.gzip == nil {
		return f.Data, ""
	}
	if accepts(accept, "br") {
		return f.brotli(), "br"
	}
	if accepts(accept, "gzip") {
		return f.gzip(), "gzip"
	}
	return f.Data, ""
}

func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == coding {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// types of what we have; mime.TypeByExtension would depend on the machine.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
}

func newFile(name string, data []byte) *File {
	sum := sha256.Sum256(data)
	f := &File{Type: types[path.Ext(name)], ETag: `"` + hex.EncodeToString(sum[:8]) + `"`, Data: data}
	if f.Type == "" {
		f.Type = "application/octet-stream"
	}
	if ext := path.Ext(name); ext == ".css" || ext == ".js" || ext == ".svg" {
		// Compressed at first use and kept: a start costs nothing, a request never more than one copy.
		f.gzip = sync.OnceValue(func() []byte {
			var b bytes.Buffer
			w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
			w.Write(data)
			w.Close()
			return b.Bytes()
		})
		f.brotli = sync.OnceValue(func() []byte {
			var b bytes.Buffer
			w := brotli.NewWriterLevel(&b, 9)
			w.Write(data)
			w.Close()
			return b.Bytes()
		})
	}
	return f
}
