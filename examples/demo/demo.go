// Package demo is the cooperation that `samtjanst serve --demo` runs: two municipalities that do not exist, with different colours, schools
// and rules for who must sign.
package demo

import "embed"

// Municipalities holds one file a municipality, under "municipalities".
//
//go:embed municipalities
var Municipalities embed.FS
