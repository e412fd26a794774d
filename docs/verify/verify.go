// Verify checks a Tocsin log without Tocsin. The cryptography is not ours either:
// golang.org/x/mod/sumdb, with which the go command checks its own module log.
//
//	verify -vkey FILE proof 41.tlog-proof 41.record
//	verify -vkey FILE consistency OLD-CHECKPOINT NEW-CHECKPOINT PROOF
//	verify -vkey FILE [-anchor OLD-CHECKPOINT] directory EXPORTED-DIRECTORY
//
// FILE holds the log's verifier key. Get it from a place the log's owner cannot
// change quietly; a key that comes with the log proves only that the log fits itself.
// A checkpoint is a signed head of the log. Keep one elsewhere: only an older
// checkpoint shows that entries were cut off the end or that history was written anew.
//
// Exit status: 0 it holds, 1 it does not, 2 wrong usage. The first thing that does
// not hold ends the program.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const usage = `usage: verify -vkey FILE proof PROOF RECORD
       verify -vkey FILE consistency OLD NEW PROOF
       verify -vkey FILE [-anchor OLD] directory DIRECTORY
`

func main() {
	vkey := flag.String("vkey", "", "file with the log's verifier key")
	anchor := flag.String("anchor", "", "checkpoint that was kept elsewhere")
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.Parse()
	command, files := flag.Arg(0), flag.Args()
	switch {
	case *vkey == "":
	case command == "proof" && len(files) == 3 && *anchor == "":
		checkProof(readKey(*vkey), files[1], files[2])
		return
	case command == "consistency" && len(files) == 4 && *anchor == "":
		checkConsistency(readKey(*vkey), files[1], files[2], files[3])
		return
	case command == "directory" && len(files) == 2:
		checkDirectory(readKey(*vkey), files[1], *anchor)
		return
	}
	flag.Usage()
	os.Exit(2)
}

// ---- one entry

// checkProof checks that an entry's exact bytes are in the log that a key signed.
func checkProof(key note.Verifier, proofFile, recordFile string) {
	record := read(recordFile)
	seq, hashes, signed := readProof(proofFile)
	head := openCheckpoint(key, signed, proofFile)
	err := tlog.CheckRecord(hashes, head.N, head.Hash, seq, tlog.RecordHash(record))
	refuseIf(err, "entry %d", seq)
	checkPlace(seq, record)
	fmt.Printf("proved: entry %d is in the log of %d entries\n", seq, head.N)
}

// readProof reads a c2sp.org/tlog-proof: which entry, by which hashes, under which
// checkpoint. Nothing of it is checked yet.
func readProof(file string) (seq int64, hashes tlog.RecordProof, signed []byte) {
	text, signed, found := bytes.Cut(read(file), []byte("\n\n"))
	var lines []string
	for _, line := range strings.Split(string(text), "\n") {
		// An extra line has no meaning here and is allowed by the format.
		if !strings.HasPrefix(line, "extra ") {
			lines = append(lines, line)
		}
	}
	isProof := found && len(lines) >= 2 && lines[0] == "c2sp.org/tlog-proof@v1"
	if !isProof || !strings.HasPrefix(lines[1], "index ") {
		refuse("%s is not a proof", file)
	}
	seq = parseCount(strings.TrimPrefix(lines[1], "index "))
	return seq, parseHashes(lines[2:]), signed
}

// checkPlace checks that a record says itself that it is entry seq.
func checkPlace(seq int64, record []byte) {
	var says struct{ Seq *int64 }
	refuseIf(json.Unmarshal(record, &says), "entry %d", seq)
	if says.Seq == nil || *says.Seq != seq {
		refuse("entry %d: another one stands in its place", seq)
	}
}

// ---- two checkpoints

// checkConsistency checks that the newer log only added to the older one. The proof
// is that of RFC 6962, 2.1.2: one hash a line, in base64.
func checkConsistency(key note.Verifier, oldFile, newFile, proofFile string) {
	before := openCheckpoint(key, read(oldFile), oldFile)
	after := openCheckpoint(key, read(newFile), newFile)
	var lines []string
	if text := string(read(proofFile)); text != "" {
		lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	checkContinued(before, after, parseHashes(lines))
	fmt.Printf("continued: the log of %d entries was only added to, now %d\n",
		before.N, after.N)
}

func checkContinued(before, after tlog.Tree, hashes tlog.TreeProof) {
	refuseCut(before.N, after.N)
	// Every log continues the empty one, which sumdb does not know.
	if before.N == 0 && before.Hash == emptyRoot && len(hashes) == 0 {
		return
	}
	err := tlog.CheckTree(hashes, after.N, after.Hash, before.N, before.Hash)
	refuseIf(err, "from %d to %d entries", before.N, after.N)
}

func refuseCut(before, after int64) {
	if after < before {
		refuse("the log was cut: it had %d entries, now it has %d", before, after)
	}
}

// ---- a whole export

// checkDirectory hashes every entry anew and compares the root with the signed one.
func checkDirectory(key note.Verifier, directory, anchor string) {
	file := filepath.Join(directory, "checkpoint")
	head := openCheckpoint(key, read(file), file)
	grown := growTree(read(filepath.Join(directory, "entries.jsonl")))
	if anchor != "" {
		kept := openCheckpoint(key, read(anchor), anchor)
		refuseCut(kept.N, grown.size)
		grown.checkRoot(kept)
	}
	if grown.size != head.N {
		refuse("%d entries are there, the checkpoint signs %d", grown.size, head.N)
	}
	grown.checkRoot(head)
	fmt.Printf("whole: %d entries, root %s\n", head.N, head.Hash)
}

// A tree holds the hashes of a log in the order in which sumdb numbers them.
type tree struct {
	size   int64
	hashes []tlog.Hash
}

// growTree hashes entries, one a line, each in its place.
func growTree(entries []byte) *tree {
	grown := &tree{}
	for len(entries) > 0 {
		record, rest, whole := bytes.Cut(entries, []byte("\n"))
		if !whole {
			refuse("entry %d has no end", grown.size)
		}
		checkPlace(grown.size, record)
		added, err := tlog.StoredHashes(grown.size, record, grown)
		refuseIf(err, "entry %d", grown.size)
		grown.hashes = append(grown.hashes, added...)
		grown.size++
		entries = rest
	}
	return grown
}

// checkRoot checks that the tree began with the entries that a checkpoint signs.
func (t *tree) checkRoot(head tlog.Tree) {
	root, err := tlog.TreeHash(head.N, t)
	refuseIf(err, "the first %d entries", head.N)
	if head.N == 0 {
		root = emptyRoot // sumdb does not know the empty log
	}
	if root != head.Hash {
		refuse("the first %d entries are not what the key signed", head.N)
	}
}

// ReadHashes makes a tree what sumdb calls a HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, t.hashes[index])
	}
	return found, nil
}

// ---- keys, checkpoints, hashes, numbers

// emptyRoot is the root of a log without entries (RFC 6962, 2.1).
var emptyRoot = tlog.Hash(sha256.Sum256(nil))

func readKey(file string) note.Verifier {
	key, err := note.NewVerifier(strings.TrimSpace(string(read(file))))
	refuseIf(err, "%s", file)
	return key
}

// openCheckpoint returns the head that a checkpoint signs: origin, size and root, each
// on a line of its own (c2sp.org/tlog-checkpoint), under a signature of the key.
func openCheckpoint(key note.Verifier, signed []byte, file string) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(key))
	refuseIf(err, "%s", file)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		refuse("%s: this is not a checkpoint of that log", file)
	}
	return tlog.Tree{N: parseCount(lines[1]), Hash: parseHashes(lines[2:3])[0]}
}

// parseHashes reads hashes in base64.
func parseHashes(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		refuseIf(err, "%q", line)
		hashes = append(hashes, hash)
	}
	return hashes
}

// parseCount reads a number in its only form: no sign, no leading zero.
func parseCount(text string) int64 {
	count, err := strconv.ParseInt(text, 10, 64)
	if err != nil || count < 0 || strconv.FormatInt(count, 10) != text {
		refuse("%q is not a number", text)
	}
	return count
}

// ---- files and refusals

func read(file string) []byte {
	content, err := os.ReadFile(file)
	refuseIf(err, "cannot read")
	return content
}

func refuseIf(err error, format string, values ...any) {
	if err != nil {
		refuse("%s: %v", fmt.Sprintf(format, values...), err)
	}
}

func refuse(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "error: "+format+"\n", values...)
	os.Exit(1)
}
