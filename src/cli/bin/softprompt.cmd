@echo off
rem In the editor's terminal: the program on %SOFTPROMPT_NODE%, else on the packaged Node, else on the PATH's.
setlocal
if not defined SOFTPROMPT_NODE set "SOFTPROMPT_NODE=%~dp0..\node\node.exe"
if not exist "%SOFTPROMPT_NODE%" set "SOFTPROMPT_NODE=node"
"%SOFTPROMPT_NODE%" "%~dp0..\softprompt.mjs" %*
