# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake: the files of FOLDER as C++ (see assets.h), each with
# a tag of its content.
file(GLOB paths ${FOLDER}/*)
set(text "// Made from the files of scheduler/daemon/page/assets.\n")
string(APPEND text "#include \"scheduler/daemon/page/assets.h\"\n\n")
string(APPEND text "namespace muster::daemon {\n\n")
string(APPEND text "const std::vector<Asset>& Assets() {\n  static const std::vector<Asset> assets = {\n")
foreach(path ${paths})
  get_filename_component(name ${path} NAME)
  file(SHA256 ${path} hash)
  string(SUBSTRING ${hash} 0 16 tag)
  file(READ ${path} body)
  string(APPEND text "      {\"${name}\", \"\\\"${tag}\\\"\", R\"muster_(${body})muster_\"},\n")
endforeach()
string(APPEND text "  };\n  return assets;\n}\n\n}  // namespace muster::daemon\n")
file(WRITE ${OUTPUT} "${text}")
