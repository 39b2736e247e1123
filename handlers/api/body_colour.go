package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

var (
	black    = colour{0, 0, 0}
	white    = colour{255, 255, 255}
	linkBlue = colour{0, 0, 238} // of a link without its own colour, in all browsers
)

// A colour has no transparency: a transparent colour is mixed with the one
// behind it.
type colour struct{ r, g, b uint8 }

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// luminance and contrast are defined by WCAG.
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
func (c colour) luminance() float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.r) + 0.7152*part(c.g) + 0.0722*part(c.b)
}

func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// readable is c; or black or white where c is hard to read on the background.
func (c colour) readable(on colour) colour {
	const enough = 3 // https://www.w3.org/TR/WCAG22/#contrast-minimum, for large text
	switch {
	case contrast(c, on) >= enough:
		return c
	case contrast(black, on) >= contrast(white, on):
		return black
	}
	return white
}

// over is c, with some transparency, in front of the colour back.
func (c colour) over(behind colour, alpha float64) colour {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(alpha*float64(a) + (1-alpha)*float64(b))) }
	return colour{mix(c.r, behind.r), mix(c.g, behind.g), mix(c.b, behind.b)}
}

// parseColour reads a colour of CSS: a name, hexadecimal, rgb() or hsl().
// Everything else, such as a variable, is no colour.
// https://www.w3.org/TR/css-color-4/
func parseColour(s string) (c colour, alpha float64, ok bool) {
	switch s {
	case "transparent":
		return c, 0, true
	case "windowtext", "text", "canvastext", "buttontext", "infotext", "menutext":
		return black, 1, true
	case "window", "canvas":
		return white, 1, true
	case "rebeccapurple":
		return colour{102, 51, 153}, 1, true
	}
	if named, ok := colornames.Map[s]; ok {
		return colour{named.R, named.G, named.B}, 1, true
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		return parseHex(hex)
	}
	name, args, ok := strings.Cut(s, "(")
	args, closed := strings.CutSuffix(args, ")")
	if !ok || !closed {
		return c, 0, false
	}
	parts := strings.FieldsFunc(args, func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if len(parts) != 3 && len(parts) != 4 {
		return c, 0, false
	}
	var v [4]float64
	v[3] = 1
	for i, p := range parts {
		number, percent := strings.CutSuffix(p, "%")
		f, err := strconv.ParseFloat(strings.TrimSuffix(number, "deg"), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return c, 0, false
		}
		if percent && (i == 3 || strings.HasPrefix(name, "hsl")) {
			f /= 100
		} else if percent {
			f = f * 255 / 100
		}
		v[i] = f
	}
	alpha = min(max(v[3], 0), 1)
	switch name {
	case "rgb", "rgba":
		return colour{channel(v[0]), channel(v[1]), channel(v[2])}, alpha, true
	case "hsl", "hsla":
		return ofHSL(v[0], min(max(v[1], 0), 1), min(max(v[2], 0), 1)), alpha, true
	}
	return c, 0, false
}

func channel(f float64) uint8 { return uint8(math.Round(min(max(f, 0), 255))) }

func parseHex(s string) (c colour, alpha float64, ok bool) {
	if len(s) == 3 || len(s) == 4 {
		var long strings.Builder
		for _, d := range s {
			long.WriteRune(d)
			long.WriteRune(d)
		}
		s = long.String()
	}
	if len(s) == 6 {
		s += "ff"
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if len(s) != 8 || err != nil {
		return c, 0, false
	}
	return colour{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8)}, float64(uint8(n)) / 255, true
}

// ofHSL converts HSL to RGB as the specification does.
// https://www.w3.org/TR/css-color-4/#hsl-to-rgb
func ofHSL(h, s, l float64) colour {
	h = math.Mod(math.Mod(h, 360)+360, 360)
	f := func(n float64) uint8 {
		k := math.Mod(n+h/30, 12)
		return channel(255 * (l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))))
	}
	return colour{f(0), f(8), f(4)}
}
