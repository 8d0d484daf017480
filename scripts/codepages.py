#!/usr/bin/env python3
"""Writes src/data/codepages.tsv: the single-byte code pages that the WHATWG standard does not know.

  codepages.py > src/data/codepages.tsv

The tables come from Python's codecs, which are generated from the mapping files of Unicode Inc. (Unicode licence), and for VISCII
from RFC 1456 by way of iconv; its six capitals among the control bytes are left out, bytes below 80 are ASCII in every page. Needs python3 and iconv; same bytes each time.
"""
import subprocess, sys

PAGES = [  # name, Python codec or None (iconv), labels
    ('ibm437', 'cp437', 'cp437 437 cspc8codepage437 dos-437'), ('ibm737', 'cp737', 'cp737 737'), ('ibm775', 'cp775', 'cp775 775'),
    ('ibm850', 'cp850', 'cp850 850 cspc850multilingual'), ('ibm852', 'cp852', 'cp852 852'), ('ibm855', 'cp855', 'cp855 855'),
    ('ibm857', 'cp857', 'cp857 857'), ('ibm858', 'cp858', 'cp858 858 ibm00858 cp00858'), ('ibm860', 'cp860', 'cp860 860'),
    ('ibm861', 'cp861', 'cp861 861'), ('ibm862', 'cp862', 'cp862 862 dos-862'), ('ibm863', 'cp863', 'cp863 863'),
    ('ibm864', 'cp864', 'cp864 864'), ('ibm865', 'cp865', 'cp865 865'), ('ibm869', 'cp869', 'cp869 869'),
    ('cp720', 'cp720', 'ibm720 dos-720'), ('cp1125', 'cp1125', 'ibm1125 cp866u ruscii'),
    ('x-mac-ce', 'mac_latin2', 'mac-ce mac-latin2 macce mac-centraleurope'), ('x-mac-greek', 'mac_greek', 'mac-greek macgreek'),
    ('x-mac-turkish', 'mac_turkish', 'mac-turkish macturkish'), ('x-mac-icelandic', 'mac_iceland', 'mac-iceland maciceland'),
    ('x-mac-croatian', 'mac_croatian', 'mac-croatian'), ('x-mac-romanian', 'mac_romanian', 'mac-romanian'),
    ('iso-8859-9', 'iso8859_9', ''), ('iso-8859-11', 'iso8859_11', ''), ('kz1048', 'kz1048', 'kz-1048 strk1048-2002 rk1048'),
    ('ptcp154', 'ptcp154', 'pt154 csptcp154 cp154 cyrillic-asian'), ('koi8-t', 'koi8_t', 'koi8t'), ('viscii', None, 'csviscii viscii1.1-1'),
]


def char(codec, b):
    if codec is None:
        p = subprocess.run(['iconv', '-f', 'VISCII', '-t', 'UTF-8'], input=bytes([b]), stdout=subprocess.PIPE)
        return p.stdout.decode()
    try:
        return bytes([b]).decode(codec)
    except UnicodeDecodeError:
        return ''


def hexes(chars):
    return ' '.join(f'{ord(c):04X}' if c else '-' for c in chars)


print(f'# {sys.argv[0].split("/")[-1]}: code pages outside the WHATWG standard. From the mapping files of Unicode Inc. by way of Python, VISCII from RFC 1456.')
print('# name\tlabels\tcharacters of the bytes 80 to FF, - where there is none')
for name, codec, labels in PAGES:
    print(f'{name}\t{labels}\t{hexes(char(codec, b) for b in range(128, 256))}')
